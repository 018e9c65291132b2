/**
 * What is remembered of services from one runner to the next: what is wanted of
 * each, and the port that was allocated to it.
 *
 * Written by way of another name, soon after each change: a crash leaves the
 * old state or the new. What cannot be read is as if it were not there.
 */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { logger } from "../../log.ts";
import type { ServiceName } from "../../protocol/service.ts";
import {
  integer,
  object,
  oneOf,
  optional,
  parseJson,
  record,
} from "../../read.ts";

const log = logger("state_file");

export interface Remembered {
  readonly desired: "up" | "down";
  readonly port?: number;
}

const readOne = object({
  desired: oneOf("up", "down"),
  port: optional(integer(1, 65_535)),
});

export class StateFile {
  readonly #path: string;
  readonly #services = new Map<ServiceName, Remembered>();
  #isDue = false;

  constructor(path: string) {
    this.#path = path;
    for (const [name, value] of Object.entries(read(path))) {
      this.#services.set(name as ServiceName, value);
    }
  }

  get(name: ServiceName): Remembered | undefined {
    return this.#services.get(name);
  }

  /** Whose allocated port it is. */
  ownerOf(port: number): ServiceName | undefined {
    for (const [name, one] of this.#services) {
      if (one.port === port) return name;
    }
    return undefined;
  }

  set(name: ServiceName, value: Remembered): void {
    if (Bun.deepEquals(this.#services.get(name), value)) return;
    this.#services.set(name, value);
    this.#write();
  }

  forget(name: ServiceName): void {
    if (this.#services.delete(name)) this.#write();
  }

  /** Changes of one turn are written once. */
  #write(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      if (this.#isDue) this.flush();
    });
  }

  flush(): void {
    this.#isDue = false;
    try {
      const draft = `${this.#path}.new`;
      const services = Object.fromEntries(this.#services);
      writeFileSync(draft, JSON.stringify({ services }), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (error) {
      // Services go on; only the next runner will know less.
      log.warn("write_failed", { error: (error as Error).message });
    }
  }
}

function read(path: string): Record<string, Remembered> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {}; // The first time.
  }
  try {
    const { services } = object({ services: record })(parseJson(text), "state");
    return Object.fromEntries(
      Object.entries(services).map((
        [name, one],
      ) => [name, readOne(one, name) as Remembered]),
    );
  } catch (thrown) {
    log.warn("read_failed", { path, why: String(thrown) });
    return {};
  }
}
