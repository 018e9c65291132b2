/**
 * The sessions of a bridge, and which one goes when there are too many.
 *
 * Many clients never delete theirs. So one that was idle for long is forgotten
 * when a new one comes, and at the bound the one that was idle longest; its
 * client gets 404 for it and begins anew, as the protocol has it.
 */

import type { BridgeLimits } from "./bridge_limits.ts";
import type { Session } from "./bridge_session.ts";

export class Sessions {
  readonly #limits: BridgeLimits;
  readonly #onGone: (session: Session) => void;
  readonly #all = new Map<string, Session>();

  constructor(limits: BridgeLimits, onGone: (session: Session) => void) {
    this.#limits = limits;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Makes room and adds a session. False if none can be spared for it. */
  add(session: Session, now: number): boolean {
    const idle = [...this.#all.values()]
      .filter(({ isIdle }) => isIdle)
      .sort((a, b) => a.lastUsed - b.lastUsed);
    for (const one of idle) {
      const isOld = now - one.lastUsed > this.#limits.idleMs;
      if (!isOld && this.#all.size < this.#limits.clients) break;
      this.delete(one.id);
    }
    if (this.#all.size >= this.#limits.clients) return false;
    this.#all.set(session.id, session);
    return true;
  }

  /** Finds a session and counts it as used. */
  use(id: string, now: number): Session | undefined {
    const session = this.#all.get(id);
    if (session) session.lastUsed = now;
    return session;
  }

  delete(id: string): boolean {
    const session = this.#all.get(id);
    if (!session) return false;
    this.#all.delete(id);
    this.#onGone(session);
    session.close();
    return true;
  }

  clear(): void {
    for (const id of [...this.#all.keys()]) this.delete(id);
  }
}
