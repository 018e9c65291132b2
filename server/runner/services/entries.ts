/**
 * The services there are, by name and in the order of names: those that run by
 * a file, and records of those whose file never was good.
 */

import type { ServiceName, ServiceRecord } from "../../protocol/service.ts";
import type { ServiceConfig } from "./config/config.ts";
import type { Service } from "./service.ts";

/** There is a service for each file that ever was good. */
export type Entry =
  | { readonly kind: "service"; readonly service: Service }
  | { readonly kind: "invalid"; readonly record: ServiceRecord };

export class Entries extends Map<ServiceName, Entry> {
  /** Those never valid are not among them. */
  *all(): Generator<Service> {
    for (const entry of this.values()) {
      if (entry.kind === "service") yield entry.service;
    }
  }

  /** The service, the record of an invalid one, or undefined. */
  find(name: string): Service | ServiceRecord | undefined {
    const entry = this.get(name as ServiceName);
    return entry?.kind === "service" ? entry.service : entry?.record;
  }

  list(): ServiceRecord[] {
    return Array.from(
      this.values(),
      (one) => one.kind === "service" ? one.service.record() : one.record,
    );
  }

  /** What each was last told to run by; undefined for an invalid one. */
  configs(): Map<ServiceName, ServiceConfig | undefined> {
    return new Map(
      Array.from(this, ([name, entry]) => [
        name,
        entry.kind === "service" ? entry.service.config : undefined,
      ]),
    );
  }

  /** The ports that files name; 0 for one that is to be allocated. */
  declaredPorts(): Set<number> {
    const ports = Array.from(this.all(), ({ config }) => config.process.port);
    return new Set(ports.filter((port) => port !== undefined));
  }
}
