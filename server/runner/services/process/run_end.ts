/**
 * The end of one run: its group and session are signalled, and what has left
 * them is looked for, until nothing is left of it.
 *
 * A grace begins with the first signal, or with the leader's end if it ended by
 * itself; after it KILL. Never decides that a run is to end.
 */

import { logger } from "../../../log.ts";
import type { StopRules } from "../config/config.ts";
import type { Remains } from "./remains.ts";

const log = logger("run_end");

/** How long to wait for the next look, at first and at most. */
const FIRST_LOOK_MS = 2;
const MOST_LOOK_MS = 100;

/**
 * What KILL does not end within this hangs in the kernel (a dead network disk).
 * It is given up with a warning: nobody can end it.
 */
const KILL_MAX_MS = 5_000;

type State =
  | { readonly kind: "not_asked" }
  | { readonly kind: "asked"; readonly killAtMs: number }
  | { readonly kind: "killing"; readonly giveUpAtMs: number }
  | { readonly kind: "over" };

export class RunEnd {
  readonly #remains: Remains;
  readonly #stop: () => StopRules;
  readonly #onEmpty: () => void;
  #state: State = { kind: "not_asked" };
  #isLeaderGone = false;
  #lookMs = FIRST_LOOK_MS;
  #timer: Timer | undefined;

  /** @param onEmpty Called once, when nothing is left of an ended run. */
  constructor(remains: Remains, stop: () => StopRules, onEmpty: () => void) {
    this.#remains = remains;
    this.#stop = stop;
    this.#onEmpty = onEmpty;
  }

  /** Asks it to end; with `isNow`, or a second time so, makes it. */
  end(isNow: boolean): void {
    const { signal, graceMs } = this.#stop();
    switch (this.#state.kind) {
      case "not_asked":
        if (isNow) return this.#kill();
        this.#state = { kind: "asked", killAtMs: performance.now() + graceMs };
        this.#remains.signal(signal);
        // Who is stopped hears nothing until it goes on.
        this.#remains.signal("SIGCONT");
        return void this.#look();
      case "asked":
        if (isNow) this.#kill();
        return;
    }
  }

  /** The leader has ended. Its group may go on. */
  leaderEnded(): void {
    this.#isLeaderGone = true;
    this.#lookMs = FIRST_LOOK_MS;
    if (this.#state.kind !== "not_asked") void this.#look();
  }

  /** It is over, as somebody else has seen. */
  close(): void {
    clearTimeout(this.#timer);
    this.#state = { kind: "over" };
  }

  #kill(): void {
    const giveUpAtMs = performance.now() + KILL_MAX_MS;
    this.#state = { kind: "killing", giveUpAtMs };
    this.#remains.signal("SIGKILL");
    void this.#look();
  }

  /** Sees whether it is over; if not, when to look again and what to do then. */
  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isLeaderGone && await this.#remains.isEmpty()) {
      return this.#finish();
    }
    const state = this.#state;
    const now = performance.now();
    if (state.kind === "asked" && now >= state.killAtMs) return this.#kill();
    if (state.kind === "killing") {
      if (now >= state.giveUpAtMs) {
        log.error("processes_left", { pids: this.#remains.pids().join(",") });
        return this.#finish();
      }
      this.#remains.signal("SIGKILL");
    }
    if (state.kind === "over") return;
    // Before its leader is gone there is nothing to see but the grace's end.
    const waitMs = state.kind === "asked" && !this.#isLeaderGone
      ? state.killAtMs - now
      : this.#lookMs;
    this.#lookMs = Math.min(2 * this.#lookMs, MOST_LOOK_MS);
    this.#timer = setTimeout(() => void this.#look(), waitMs);
  }

  #finish(): void {
    if (this.#state.kind === "over") return;
    this.#state = { kind: "over" };
    this.#onEmpty();
  }
}
