/**
 * The services that are known: what the runner last said of each.
 *
 * A keeper: told what happened, tells who listens. Knows no socket and no
 * clock.
 */

import type { ServiceName, ServiceRecord } from "../protocol/service.ts";

export type ServiceChange =
  | { readonly type: "set"; readonly service: ServiceRecord }
  | { readonly type: "gone"; readonly service: ServiceRecord };

export class Services {
  readonly #records = new Map<ServiceName, ServiceRecord>();
  readonly #listeners = new Set<(change: ServiceChange) => void>();

  /** In the order of their names. */
  list(): ServiceRecord[] {
    return [...this.#records.values()]
      .sort((a, b) => a.name < b.name ? -1 : 1);
  }

  find(name: ServiceName): ServiceRecord | undefined {
    return this.#records.get(name);
  }

  set(service: ServiceRecord): void {
    this.#records.set(service.name, service);
    this.#emit({ type: "set", service });
  }

  remove(name: ServiceName): void {
    const service = this.#records.get(name);
    if (!service) return;
    this.#records.delete(name);
    this.#emit({ type: "gone", service });
  }

  /**
   * A runner is there, and these are all that it has.
   *
   * @param told Those of which something newer was told meanwhile.
   */
  takeOver(
    services: readonly ServiceRecord[],
    told: ReadonlySet<ServiceName> = new Set(),
  ): void {
    const there = new Set(services.map(({ name }) => name));
    for (const name of [...this.#records.keys()]) {
      if (!there.has(name) && !told.has(name)) this.remove(name);
    }
    for (const service of services) {
      if (!told.has(service.name)) this.set(service);
    }
  }

  /** Calls `listener` after every change. Returns a function that stops it. */
  onChange(listener: (change: ServiceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #emit(change: ServiceChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
