/** Promises that wait for a word from the other side, each with a deadline. */

import { HypivisorError } from "./errors.ts";

/** More questions under way to one side than people could ask. */
const PENDING_MAX = 1_000;

interface Waiting<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Pending<Id, T> {
  readonly #waiting = new Map<Id, Waiting<T>>();
  readonly #who: string;

  /** @param who Who is asked, as a person calls it. */
  constructor(who = "Agent") {
    this.#who = who;
  }

  /**
   * Waits for `resolve(id)`. Two who wait for one id get the same.
   *
   * @throws {HypivisorError} `unavailable` at the deadline or over the bound.
   */
  wait(id: Id, withinMs: number): Promise<T> {
    const known = this.#waiting.get(id);
    if (known) return known.promise;
    if (this.#waiting.size >= PENDING_MAX) {
      throw new HypivisorError(
        "unavailable",
        `${this.#who} is too busy to answer`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => {
      const seconds = withinMs / 1_000;
      this.reject(
        id,
        new HypivisorError(
          "unavailable",
          `${this.#who} did not answer within ${seconds} s`,
        ),
      );
    }, withinMs);
    this.#waiting.set(id, { promise, resolve, reject, timer });
    return promise;
  }

  /** Waits for the word on what `send` sends, or fails as it does. */
  ask(id: Id, withinMs: number, send: () => void): Promise<T> {
    const word = this.wait(id, withinMs);
    try {
      send();
    } catch (thrown) {
      this.reject(id, thrown);
    }
    return word;
  }

  resolve(id: Id, value: T): void {
    this.#take(id)?.resolve(value);
  }

  reject(id: Id, reason: unknown): void {
    this.#take(id)?.reject(reason);
  }

  /** Ends all waiting. */
  fail(reason: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.reject(id, reason);
  }

  #take(id: Id): Waiting<T> | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}
