/**
 * The viewers of one terminal: who is attached, whose size it has, who is
 * waited for, and whether the program should wait for them.
 *
 * Knows no sockets, no program and no clock: it is told what happens and when.
 */

import type { TerminalSize, TerminalViewer } from "../protocol/terminal.ts";
import { SizeRule } from "./size_rule.ts";
import { TAPE_MAX_BYTES } from "./tape.ts";
import type { Viewer } from "./viewer.ts";

/**
 * Output that the fastest viewer may not be sent yet, when the program is made
 * to wait. What is still on its way then fits on the tape with ease.
 */
const AHEAD_MAX_BYTES = 64 * 1024;

/** How far one may be behind the fastest before there is patience with it. */
const LAG_MAX_BYTES = TAPE_MAX_BYTES / 2;

/** How long the place of a viewer is kept that went without a word. */
export const HOLD_MS = 10_000;

/**
 * Output after a held place, when the program is made to wait for it. What was
 * read in that turn still comes, and has room on the tape.
 */
const HOLD_MAX_BYTES = TAPE_MAX_BYTES / 2;

/** Places held at once. Each is a connection lost in the last ten seconds. */
const HOLDS_MAX = 32;

/** A place that somebody will come back to. */
interface Hold {
  readonly offset: number;
  readonly until: number;
}

/** What of a viewer matters here. */
export type Follower = Pick<
  Viewer,
  "card" | "pace" | "patience" | "isFollowing" | "place" | "size"
>;

export class Audience<V extends Follower> {
  readonly #viewers = new Map<string, V>();
  readonly #sizes = new SizeRule<V>();
  #holds: Hold[] = [];

  get viewers(): Iterable<V> {
    return this.#viewers.values();
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
  }

  /** The one whose size the terminal has. */
  get holder(): V | undefined {
    return this.#sizes.holder;
  }

  /** Size that the terminal should have. Undefined: as it is. */
  get size(): TerminalSize | undefined {
    return this.#sizes.holder?.size;
  }

  cards(): TerminalViewer[] {
    const holder = this.#sizes.holder;
    return Array.from(
      this.#viewers.values(),
      (viewer) => ({ ...viewer.card, hasSize: viewer === holder }),
    );
  }

  add(viewer: V): void {
    this.#viewers.set(viewer.card.id, viewer);
    if (viewer.size) this.resize(viewer, viewer.size);
  }

  /** @param isBye Whether it said so; else it is expected back. */
  remove(viewer: V, isBye: boolean, now: number): void {
    this.#viewers.delete(viewer.card.id);
    this.#sizes.leave(viewer);
    const { place } = viewer;
    if (isBye || place === undefined) return;
    this.#holds.push({ offset: place, until: now + HOLD_MS });
    if (this.#holds.length > HOLDS_MAX) this.#holds.shift();
  }

  /** Someone is back at `offset`: what was held for it is held no longer. */
  takeOver(offset: number): void {
    const held = this.#holds.findLastIndex((hold) => hold.offset <= offset);
    if (held >= 0) this.#holds.splice(held, 1);
  }

  /** Another program begins: places in the output of the last mean nothing. */
  restart(): void {
    this.#holds = [];
  }

  /** A viewer told its own size. One that may only look changes nothing. */
  resize(viewer: V, size: TerminalSize): void {
    viewer.size = size;
    if (!viewer.card.readOnly) this.#sizes.arrive(viewer);
  }

  /** A viewer typed, or claimed the size. */
  act(viewer: V): void {
    if (viewer.size && !viewer.card.readOnly) this.#sizes.act(viewer);
  }

  /**
   * Whether the program is so far ahead of every viewer worth waiting for that
   * it should pause, or for a moment of one of them. `isHeld` says whether it
   * does already.
   */
  shouldHold(end: number, isHeld: boolean, now: number): boolean {
    this.#holds = this.#holds.filter(({ until }) => until > now);
    let hold = this.#holds.some(({ offset }) => end - offset > HOLD_MAX_BYTES);
    let least = Infinity;
    for (const { isFollowing, pace, patience } of this.#viewers.values()) {
      const counts = isFollowing && !pace.isStuck(now);
      const isFalling = counts && !pace.isSilent(now) &&
        end - pace.sent > LAG_MAX_BYTES;
      if (patience.allows(isFalling, now)) hold = true;
      if (counts) least = Math.min(least, end - pace.limit);
    }
    const isAhead = least > (isHeld ? 0 : AHEAD_MAX_BYTES);
    return hold || least !== Infinity && isAhead;
  }

  /** When `shouldHold` may say something else though nothing has happened. */
  nextDeadline(now: number): number {
    let next = Infinity;
    const consider = (at: number | undefined) => {
      if (at !== undefined && at > now) next = Math.min(next, at);
    };
    for (const { until } of this.#holds) consider(until);
    for (const { pace, patience } of this.#viewers.values()) {
      consider(pace.stuckAt);
      consider(patience.endsAt);
    }
    return next;
  }
}
