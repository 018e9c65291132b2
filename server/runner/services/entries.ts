/**
 * The services there are, by name and in the order of names: those that run by
 * a file, and records of those whose file never was good.
 */

import type { UnixMs } from "../../protocol/node.ts";
import type { ServiceName, ServiceRecord } from "../../protocol/service.ts";
import type { ReadConfig, ServiceConfig } from "./config/config.ts";
import type { Service } from "./service.ts";
import { invalidRecord } from "./service_record.ts";

/** There is a service for each file that ever was good. */
export type Entry =
  | { readonly kind: "service"; readonly service: Service }
  | { readonly kind: "invalid"; readonly record: ServiceRecord };

export function nameOf(read: ReadConfig): ServiceName {
  return read.ok ? read.config.name : read.name;
}

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

  /**
   * Nothing that runs is changed, but whoever looks sees what is wrong, also
   * with files that are new. Returns the records of those.
   */
  tellFaults(read: readonly ReadConfig[], now: UnixMs): ServiceRecord[] {
    const told: ServiceRecord[] = [];
    for (const one of read) {
      const entry = this.get(nameOf(one));
      if (entry?.kind === "service") {
        entry.service.setFaults(one.ok ? [] : one.faults);
      } else if (!one.ok) {
        const record = invalidRecord(one, now);
        this.set(one.name, { kind: "invalid", record });
        told.push(record);
      }
    }
    this.#sort();
    return told;
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

  #sort(): void {
    const sorted = [...this].sort(([a], [b]) => a < b ? -1 : 1);
    this.clear();
    for (const [name, entry] of sorted) this.set(name, entry);
  }
}
