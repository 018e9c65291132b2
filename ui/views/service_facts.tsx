/** The figures of one service, in a line that wraps. */

import type { UnixMs } from "../../server/protocol/node.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import {
  isBadExit,
  sayAddress,
  sayExit,
  sayHealth,
  sayMcp,
  sayReady,
} from "../models/service_words.ts";
import { sayClock, sayMoment } from "../words.ts";

interface ServiceFactsProps {
  record: ServiceRecord;
  now: UnixMs;
}

/** More than a line holds on the widest screen. */
const COMMAND_CHARS = 500;

export function ServiceFacts({ record, now }: ServiceFactsProps) {
  const { command } = record;
  const facts = factsOf(record, now);
  if (facts.length === 0 && command.length === 0) return null;
  return (
    <section class="service-facts" aria-label="Facts">
      <dl>
        {facts.map(([word, value, tone]) => (
          <div key={word} data-tone={tone}>
            <dt>{word}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      {command.length > 0 && (
        <code class="service-command" title={record.file}>
          {command.join(" ").replace(/\s+/g, " ").slice(0, COMMAND_CHARS)}
        </code>
      )}
    </section>
  );
}

type Fact = readonly [word: string, value: string, tone?: "good" | "bad"];

function factsOf(record: ServiceRecord, now: UnixMs): Fact[] {
  const { state, startedAt, restarts, lastExit, health } = record;
  const pid = "pid" in state ? state.pid : undefined;
  const runs = state.kind === "running" || pid !== undefined;
  const isUnhealthy = health.kind === "unhealthy";
  const facts: readonly (Fact | false | undefined)[] = [
    say("Address", sayAddress(record)),
    pid !== undefined && ["PID", String(pid)],
    runs && startedAt !== undefined && ["Uptime", sayClock(startedAt, now)],
    record.starts > 0 && ["Restarts", String(restarts)],
    say("Ready", sayReady(record)),
    isUnhealthy
      ? ["Health", sayHealth(record) ?? "", "bad"]
      : say("Health", sayHealth(record), "good"),
    say("MCP", sayMcp(record)),
    lastExit && [
      "Last exit",
      `${sayExit(lastExit)}, ${sayMoment(lastExit.at, now)}`,
      isBadExit(lastExit) ? "bad" : undefined,
    ] as Fact,
    record.start === "lazy" && ["Starts", "when it is used"],
  ];
  return facts.flatMap((fact) => fact ? [fact] : []);
}

function say(
  word: string,
  value: string | undefined,
  tone?: "good",
): Fact | undefined {
  if (value === undefined) return undefined;
  return tone ? [word, value, tone] : [word, value];
}
