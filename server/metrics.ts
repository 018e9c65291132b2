/**
 * Counters, as Prometheus reads them. Gauges are asked for when they are read,
 * so that nothing is counted twice.
 */

const COUNTERS = {
  hypivisor_events_in_total: "Events received from agents",
  hypivisor_events_out_total: "Changes sent to viewers",
  hypivisor_bytes_in_total: "Bytes of WebSocket frames received",
  hypivisor_bytes_out_total: "Bytes of WebSocket frames sent",
  hypivisor_resyncs_total: "Times an agent or viewer was sent everything anew",
  hypivisor_prompts_total: "Prompts taken over for an agent",
  hypivisor_terminals_opened_total: "Terminals opened, agents' included",
  hypivisor_terminal_bytes_in_total: "Bytes typed into terminals",
  hypivisor_terminal_bytes_out_total: "Bytes of terminals sent to viewers",
  hypivisor_spawn_failures_total: "Agents that could not be started",
  hypivisor_too_slow_total: "Sockets closed because they did not read",
} as const;

export type CounterName = keyof typeof COUNTERS;

/** Why a request was turned away. */
export type RefusalReason = "host" | "origin" | "credential" | "slowed";

/** One line of a gauge. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Metrics {
  readonly #counts = new Map<CounterName, number>();
  readonly #refused = new Map<RefusalReason, number>();

  count(name: CounterName, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  refuse(reason: RefusalReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** Prometheus' text format, version 0.0.4. */
  render(gauges: readonly Sample[]): string {
    const refused = "hypivisor_refused_requests_total";
    const lines = [
      ...Object.entries(COUNTERS).flatMap(([name, help]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} counter`,
        `${name} ${this.#counts.get(name as CounterName) ?? 0}`,
      ]),
      `# HELP ${refused} Requests turned away, by reason`,
      `# TYPE ${refused} counter`,
      ...(["host", "origin", "credential", "slowed"] as const).map((reason) =>
        `${refused}{reason="${reason}"} ${this.#refused.get(reason) ?? 0}`
      ),
    ];
    let last = "";
    for (const { name, help, labels, value } of gauges) {
      if (name !== last) {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
      }
      last = name;
      const inside = Object.entries(labels ?? {})
        .map(([label, text]) => `${label}=${JSON.stringify(text)}`);
      lines.push(`${name}${inside.length ? `{${inside}}` : ""} ${value}`);
    }
    return lines.join("\n") + "\n";
  }
}
