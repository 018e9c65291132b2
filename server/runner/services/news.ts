/**
 * Changes of services on their way to whoever watches: each service once a
 * turn, however often it has changed in it.
 */

import type {
  ServiceName,
  ServicePush,
  ServiceRecord,
} from "../../protocol/service.ts";

type Tell = (push: ServicePush) => void;

export class News {
  readonly #watchers = new Set<Tell>();
  readonly #changed = new Map<ServiceName, () => ServiceRecord>();
  #isDue = false;

  watch(tell: Tell): void {
    this.#watchers.add(tell);
  }

  unwatch(tell: Tell): void {
    this.#watchers.delete(tell);
  }

  /** @param record Called when it is told. */
  changed(name: ServiceName, record: () => ServiceRecord): void {
    if (this.#watchers.size === 0) return;
    this.#changed.set(name, record);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#tell());
  }

  gone(name: ServiceName): void {
    this.#changed.delete(name);
    for (const tell of this.#watchers) tell({ type: "service_gone", name });
  }

  #tell(): void {
    this.#isDue = false;
    for (const record of this.#changed.values()) {
      const service = record();
      for (const tell of this.#watchers) tell({ type: "service", service });
    }
    this.#changed.clear();
  }
}
