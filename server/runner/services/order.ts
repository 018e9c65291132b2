/**
 * Who waits for whom: what `after` means when services are started and stopped
 * together.
 *
 * An order, no requirement: who waits for a service that cannot come up begins
 * without it, and who waits for one that is not to be started does not wait.
 */

import type { ServiceName } from "../../protocol/service.ts";
import type { Phase, StartedBy } from "./life/phase.ts";
import type { Service } from "./service.ts";

/** Whether it is on its way up for the first time, so that one may wait. */
export function isUpcoming(phase: Phase): boolean {
  switch (phase.kind) {
    case "waiting":
    case "spawning":
    case "readying":
      return true;
    case "ending":
      return phase.then === "start";
    default:
      return false;
  }
}

export class Order {
  readonly #services: () => Iterable<Service>;
  readonly #upcoming = new Set<ServiceName>();

  constructor(services: () => Iterable<Service>) {
    this.#services = services;
  }

  /** Starts some together; each after those it names, if they come up too. */
  start(services: readonly Service[], by: StartedBy): void {
    const coming = new Set([
      ...this.#upcoming,
      ...services.filter(({ phase }) => phase.kind !== "running")
        .map(({ name }) => name),
    ]);
    for (const service of services) {
      const waitsFor = service.config.rules.after
        .filter((name) => coming.has(name) && name !== service.name);
      service.start(by, waitsFor);
    }
  }

  /**
   * Calls `stop` for each, in the order that is the reverse of their start.
   * Resolves when all are stopped.
   */
  async stop(
    services: readonly Service[],
    stop: (service: Service) => Promise<void>,
  ): Promise<void> {
    const waiting = waitingFor(services);
    const stopped = new Map<ServiceName, Promise<void>>();
    const stopOne = (service: Service): Promise<void> => {
      const known = stopped.get(service.name);
      if (known) return known;
      // Files that changed one by one may make a circle: it is cut here.
      stopped.set(service.name, Promise.resolve());
      const first = waiting.get(service.name) ?? [];
      const done = first.length === 0
        ? stop(service)
        : Promise.all(first.map(stopOne)).then(() => stop(service));
      stopped.set(service.name, done);
      return done;
    };
    await Promise.all(services.map(stopOne));
  }

  /** Lets go whoever waited for it, once it has come up or has failed to. */
  changed(service: Service): void {
    const { name } = service;
    if (isUpcoming(service.phase)) {
      this.#upcoming.add(name);
      return;
    }
    if (!this.#upcoming.delete(name)) return;
    for (const other of this.#services()) {
      if (other.phase.kind === "waiting") other.unblock(name);
    }
  }
}

/** For each name, those of the services that wait for it. */
function waitingFor(
  services: readonly Service[],
): ReadonlyMap<ServiceName, Service[]> {
  const waiting = new Map<ServiceName, Service[]>();
  for (const service of services) {
    for (const name of service.config.rules.after) {
      waiting.set(name, [...waiting.get(name) ?? [], service]);
    }
  }
  return waiting;
}
