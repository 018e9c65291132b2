/**
 * Services whose file is gone, on their way out: to the last of what they run
 * they keep the runner up, and are ended with it.
 */

import type { ServiceName } from "../../protocol/service.ts";
import type { Service } from "./service.ts";

export class Departures {
  readonly #ends = new Map<Service, Promise<void>>();

  /** Those that have not ended yet. */
  all(): Iterable<Service> {
    return this.#ends.keys();
  }

  get any(): boolean {
    return this.#ends.size > 0;
  }

  /** Resolves when they have ended; of some names, if they are given. */
  async ended(names?: ReadonlySet<ServiceName>): Promise<void> {
    const ends = [...this.#ends]
      .flatMap(([{ name }, end]) => !names || names.has(name) ? [end] : []);
    await Promise.all(ends);
  }

  /** Stops one and closes it; `gone` is called then. */
  add(service: Service, gone: () => void): void {
    service.stop("removed");
    const end = service.until(({ kind }) => kind !== "ending" || undefined)
      .then(() => {
        service.close();
        this.#ends.delete(service);
        gone();
      });
    this.#ends.set(service, end);
  }
}
