/**
 * Who has which session file open. pi lets two processes write one file, and
 * the conversation then forks silently; so both are warned of here.
 */

import type { NodeId } from "../protocol/node.ts";

export interface SessionWarning {
  readonly id: NodeId;
  /** Undefined once the node is alone again. */
  readonly warning: string | undefined;
}

export class SessionWatch {
  readonly #fileOf = new Map<NodeId, string>();
  readonly #holders = new Map<string, Set<NodeId>>();

  /**
   * Notes which file a live node has open; undefined once it has none.
   * Returns whose warning is new.
   */
  hold(
    id: NodeId,
    machine: string,
    file: string | undefined,
  ): SessionWarning[] {
    const held = file === undefined ? undefined : `${machine}\0${file}`;
    const before = this.#fileOf.get(id);
    if (held === before) return [];
    const warnings: SessionWarning[] = [];
    if (before !== undefined) {
      this.#fileOf.delete(id);
      const left = this.#holders.get(before);
      left?.delete(id);
      if (left?.size === 0) this.#holders.delete(before);
      warnings.push({ id, warning: undefined }, ...this.#warn(before));
    }
    if (held !== undefined) {
      this.#fileOf.set(id, held);
      this.#holders.set(
        held,
        (this.#holders.get(held) ?? new Set()).add(id),
      );
      warnings.push(...this.#warn(held));
    }
    return warnings;
  }

  #warn(file: string): SessionWarning[] {
    const holders = [...this.#holders.get(file) ?? []];
    return holders.map((id) => ({
      id,
      warning: holders.length > 1
        ? `${holders.length} agents have this session open: end all but one, or the conversation forks`
        : undefined,
    }));
  }
}
