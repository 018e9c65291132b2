/** The names a service's state went through, and since when it has its last. */

import type { UnixMs } from "../../../protocol/node.ts";
import {
  type ServiceExit,
  type ServiceStateName,
  type ServiceTransition,
  TRANSITIONS_KEPT,
} from "../../../protocol/service.ts";

export class History {
  #name: ServiceStateName = "stopped";
  #since: UnixMs;
  readonly #transitions: ServiceTransition[] = [];

  constructor(since: UnixMs) {
    this.#since = since;
  }

  get since(): UnixMs {
    return this.#since;
  }

  /** Oldest first. */
  get transitions(): readonly ServiceTransition[] {
    return this.#transitions;
  }

  /** Every change is entered as it happens: none can be merged with another. */
  enter(to: ServiceStateName, at: UnixMs, reason?: string): void {
    const from = this.#name;
    if (from === to) return;
    this.#name = to;
    this.#since = at;
    const why = reason === undefined ? {} : { reason };
    this.#transitions.push({ from, to, at, ...why });
    if (this.#transitions.length > TRANSITIONS_KEPT) this.#transitions.shift();
  }
}

export function describeExit({ code, signal }: ServiceExit): string {
  return signal ? `killed by ${signal}` : `exited with code ${code}`;
}
