/**
 * Whether a running service is there, and whether it still is: asks its probe
 * until it answers, then at intervals, and keeps what was found.
 *
 * One watch per run, so that no answer is taken for that of another process.
 * What follows from ill health is decided elsewhere.
 */

import type {
  McpSeen,
  ServiceHealth,
  ServiceReadiness,
} from "../../protocol/service.ts";
import type { HealthRules, ReadyRules } from "./config/config.ts";
import { type Answer, ask, type Question } from "./process/probes.ts";

/** From one question to the next while it is not there. */
const FIRST_ASK_MS = 5;
const ASK_GROWTH = 1.5;
/** Short while somebody waits for it, long once it is only told. */
const MOST_ASK_MS = 250;
const LATE_ASK_MS = 5_000;

/** One question may take so long; then the next. */
const READY_ASK_TIMEOUT_MS = 5_000;

/** Many services must not all be asked at one instant. */
const JITTER = 0.1;

export interface WatchEvents {
  onReady(mcp: McpSeen | undefined): void;
  /** So many failures in a row as the rules allow. */
  onUnhealthy(why: string): void;
  onChange(): void;
}

export type AskParts = Pick<Question, "port" | "askMcp">;

export class Watch {
  readonly #parts: AskParts;
  readonly #events: WatchEvents;
  readonly #ready: ReadyRules;
  #health: HealthRules | undefined;
  #readiness: ServiceReadiness;
  #healthSeen: ServiceHealth = { kind: "unknown" };
  #failures = 0;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(
    rules: { ready: ReadyRules; health?: HealthRules },
    parts: AskParts,
    events: WatchEvents,
  ) {
    this.#ready = rules.ready;
    this.#health = rules.health;
    this.#parts = parts;
    this.#events = events;
    this.#readiness = { kind: "waiting" };
    if (rules.ready.probe.kind === "none") {
      this.#readiness = { kind: "unknown" };
      this.#askHealthLater();
      if (rules.ready.isDemanded) events.onReady(undefined);
    } else if (isAsked(rules.ready.probe.kind)) void this.#askReady();
  }

  get readiness(): ServiceReadiness {
    return this.#readiness;
  }

  get whyNotReady(): string | undefined {
    return this.#readiness.kind === "waiting" ? this.#readiness.why : undefined;
  }

  get health(): ServiceHealth {
    return this.#healthSeen;
  }

  /** It has said so itself. */
  told(): void {
    if (!this.#isOver && this.#readiness.kind === "waiting") this.#isThere();
  }

  /** New rules hold from the next question on. */
  apply(health: HealthRules | undefined): void {
    this.#health = health;
    if (this.#readiness.kind === "waiting") return;
    this.#healthSeen = { kind: "unknown" };
    this.#failures = 0;
    this.#askHealthLater();
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #askReady(): Promise<void> {
    const startedMs = performance.now();
    let waitMs = FIRST_ASK_MS;
    // At least one question is over, and its failure known, before time is up.
    const { timeoutMs } = this.#ready;
    const askMs = Math.min(READY_ASK_TIMEOUT_MS, Math.ceil(timeoutMs / 2));
    while (!this.#isOver && this.#readiness.kind === "waiting") {
      const answer = await ask({
        ...this.#parts,
        probe: this.#ready.probe,
        timeoutMs: askMs,
      });
      if (this.#isOver) return;
      if (answer.kind === "there") return this.#isThere(answer.mcp);
      this.#isNotThere(answer.why);
      const isLate = performance.now() - startedMs > timeoutMs;
      waitMs = isLate
        ? LATE_ASK_MS
        : Math.min(waitMs * ASK_GROWTH, MOST_ASK_MS);
      await new Promise<void>((resolve) => {
        this.#timer = setTimeout(resolve, waitMs);
      });
    }
  }

  #isThere(mcp?: McpSeen): void {
    const seen = mcp ? { mcp } : {};
    this.#readiness = { kind: "ready", at: Date.now(), ...seen };
    this.#events.onReady(mcp);
    this.#events.onChange();
    this.#askHealthLater();
  }

  #isNotThere(why: string): void {
    const before = this.#readiness;
    this.#readiness = { kind: "waiting", why };
    // Told on change of what is said, not at every attempt.
    const isNew = before.kind !== "waiting" || before.why !== why;
    if (isNew) this.#events.onChange();
  }

  #askHealthLater(): void {
    clearTimeout(this.#timer);
    if (!this.#health || this.#isOver) return;
    const spread = 1 - JITTER + 2 * JITTER * Math.random();
    const waitMs = this.#health.intervalMs * spread;
    this.#timer = setTimeout(() => void this.#askHealth(), waitMs);
  }

  async #askHealth(): Promise<void> {
    const health = this.#health;
    if (!health || this.#isOver) return;
    const { probe, timeoutMs } = health;
    const answer = await ask({ ...this.#parts, probe, timeoutMs });
    if (this.#isOver || this.#health !== health) return;
    this.#take(answer, health);
    this.#askHealthLater();
  }

  #take(answer: Answer, { failures: most }: HealthRules): void {
    const before = this.#healthSeen.kind;
    if (answer.kind === "there") {
      this.#failures = 0;
      const seen = answer.mcp ? { mcp: answer.mcp } : {};
      this.#healthSeen = { kind: "healthy", at: Date.now(), ...seen };
      if (before !== "healthy") this.#events.onChange();
      return;
    }
    this.#failures++;
    if (this.#failures < most) return;
    const { why } = answer;
    const since = this.#healthSeen.kind === "unhealthy"
      ? this.#healthSeen.since
      : Date.now();
    const failures = this.#failures;
    this.#healthSeen = { kind: "unhealthy", since, failures, why };
    this.#events.onChange();
    this.#events.onUnhealthy(why);
  }
}

function isAsked(kind: ReadyRules["probe"]["kind"]): boolean {
  return kind === "tcp" || kind === "http" || kind === "mcp";
}
