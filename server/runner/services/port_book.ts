/**
 * Which service has which port: those that files declare, and those that were
 * allocated and are remembered, so that a URL once exported stays right.
 */

import type { ServiceName } from "../../protocol/service.ts";
import { allocatePort } from "./process/ports.ts";
import type { StateFile } from "./state_file.ts";

export class PortBook {
  readonly #state: StateFile;
  readonly #declared: () => ReadonlySet<number>;

  /** @param declared The ports that are in files, at the time of asking. */
  constructor(state: StateFile, declared: () => ReadonlySet<number>) {
    this.#state = state;
    this.#declared = declared;
  }

  /**
   * @param desired Remembered with it, where nothing is remembered yet.
   * @returns The port that a service had last time, if it is free; else another.
   *
   * @throws {HypivisorError} `unavailable` if there is none.
   */
  allocate(name: ServiceName, desired: "up" | "down"): number {
    const declared = this.#declared();
    const known = this.#state.get(name);
    const port = allocatePort(known?.port, (port) => {
      const owner = this.#state.ownerOf(port);
      return declared.has(port) || (owner !== undefined && owner !== name);
    });
    this.#state.set(name, { desired: known?.desired ?? desired, port });
    return port;
  }
}
