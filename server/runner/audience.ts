/**
 * The viewers of one terminal: who is attached, whose size it has, and whether
 * the program should wait for them.
 *
 * Knows no sockets and no program: it is told what happens, and answers.
 */

import type { TerminalSize, TerminalViewer } from "../protocol/terminal.ts";
import { SizeRule } from "./size_rule.ts";
import type { Viewer } from "./viewer.ts";

/**
 * Output that the fastest viewer may not be sent yet, when the program is made
 * to wait. What is still on its way then fits on the tape with ease.
 */
const AHEAD_MAX_BYTES = 64 * 1024;

export class Audience {
  readonly #viewers = new Map<string, Viewer>();
  readonly #sizes = new SizeRule<Viewer>();

  get viewers(): Iterable<Viewer> {
    return this.#viewers.values();
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
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

  add(viewer: Viewer): void {
    this.#viewers.set(viewer.card.id, viewer);
    if (viewer.size) this.#sizes.arrive(viewer);
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer.card.id);
    this.#sizes.leave(viewer);
  }

  /** A viewer told its own size. */
  resize(viewer: Viewer, size: TerminalSize): void {
    viewer.size = size;
    this.#sizes.arrive(viewer);
  }

  /** A viewer typed, or claimed the size. */
  act(viewer: Viewer): void {
    if (viewer.size) this.#sizes.act(viewer);
  }

  /**
   * Whether the program is so far ahead of every viewer worth waiting for that
   * it should pause. `isHeld` says whether it does already.
   */
  shouldHold(end: number, isHeld: boolean, now: number): boolean {
    let least = Infinity;
    for (const viewer of this.#viewers.values()) {
      if (!viewer.isFollowing || viewer.pace.isStuck(now)) continue;
      least = Math.min(least, end - viewer.pace.limit);
    }
    return least !== Infinity && least > (isHeld ? 0 : AHEAD_MAX_BYTES);
  }
}
