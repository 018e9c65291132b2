/**
 * The logs that one connection reads: each a reader with a number, led on as
 * far as the connection takes it.
 *
 * Holds no lines: what is not taken stays where it is, and a reader that falls
 * behind is told how much it missed. All end with the connection.
 */

import { HypivisorError } from "../../errors.ts";
import type { ServicePush } from "../../protocol/service.ts";
import { logger } from "../../log.ts";
import type { LogReader } from "./logs/log_reader.ts";
import type { ServiceLog } from "./logs/service_log.ts";

const log = logger("subscriptions");

/** Of one connection. A page shows a few, `logs` of all services some more. */
const SUBSCRIPTIONS_MAX = 1_024;

/** What the subscriptions need of a connection. */
export interface Outlet {
  /** Whether more would only wait. `advance` is called when that has changed. */
  readonly isBlocked: boolean;
  send(push: ServicePush): void;
}

interface Subscription {
  readonly reader: LogReader;
  readonly from: ServiceLog;
  readonly follow: boolean;
  readonly unwatch: () => void;
  isDue: boolean;
}

export class Subscriptions {
  readonly #outlet: Outlet;
  readonly #open = new Map<number, Subscription>();
  #last = 0;
  #isClosed = false;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /**
   * Begins one; its lines come after the caller's reply.
   *
   * @throws {HypivisorError} `unavailable` if there are too many.
   */
  open(reader: LogReader, from: ServiceLog, follow: boolean): number {
    if (this.#isClosed || this.#open.size >= SUBSCRIPTIONS_MAX) {
      reader[Symbol.dispose]();
      throw new HypivisorError(
        "unavailable",
        `Cannot read a log: ${SUBSCRIPTIONS_MAX} are being read already`,
      );
    }
    const id = ++this.#last;
    const unwatch = follow ? from.watch(() => this.#later(id)) : () => {};
    this.#open.set(id, { reader, from, follow, unwatch, isDue: false });
    this.#later(id);
    return id;
  }

  /** Ends one, or does nothing if there is none of that number. */
  cancel(id: number): void {
    const subscription = this.#open.get(id);
    if (!subscription) return;
    this.#open.delete(id);
    subscription.unwatch();
    subscription.reader[Symbol.dispose]();
  }

  /** The connection takes more. */
  advance(): void {
    for (const id of this.#open.keys()) this.#later(id);
  }

  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#open.keys()]) this.cancel(id);
  }

  /** In the next turn, so that a burst is one frame, and after any reply. */
  #later(id: number): void {
    const subscription = this.#open.get(id);
    if (!subscription || subscription.isDue) return;
    subscription.isDue = true;
    setImmediate(() => {
      this.#lead(id, subscription).catch((thrown) => {
        log.failed("read_failed", thrown);
        this.#end(id);
      });
    });
  }

  /** Sends one batch; the next has its turn after everybody else's. */
  async #lead(id: number, subscription: Subscription): Promise<void> {
    const { reader, from, follow } = subscription;
    const isClosed = from.isClosed;
    const batch = this.#outlet.isBlocked ? undefined : await reader.next();
    // From here on news is news: what came meanwhile may have been missed.
    subscription.isDue = false;
    if (!this.#open.has(id) || this.#outlet.isBlocked && !batch) return;
    if (!batch) {
      if (!follow || isClosed) this.#end(id);
      return;
    }
    const { missed, lines } = batch;
    const to = { subscription: id };
    if (missed > 0) this.#outlet.send({ type: "log_gap", ...to, missed });
    if (lines.length > 0) this.#outlet.send({ type: "log", ...to, lines });
    this.#later(id);
  }

  #end(id: number): void {
    if (!this.#open.has(id)) return;
    this.cancel(id);
    this.#outlet.send({ type: "log_end", subscription: id });
  }
}
