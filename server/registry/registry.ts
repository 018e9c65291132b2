/**
 * The registry: which agents exist, and what each is doing.
 *
 * Owns the records of nodes and nothing else. No sockets, timers or clock in
 * here: agent links register and lose, the app calls `sweep`, and whoever
 * listens is told of every change in the order it happened.
 *
 * A node is live, then offline, then (after the node's time to live) gone for
 * clients of the original, which is `listed` false here; it stays on record
 * for our own until it is forgotten by rule. One that is started from here is
 * on record before it is live, and never gets further if it fails.
 */

import { HypivisorError } from "../errors.ts";
import type { LegacyNode } from "../protocol/legacy.ts";
import type {
  Activity,
  NodeCard,
  NodeId,
  NodeRecord,
  OfflineReason,
  UnixMs,
} from "../protocol/node.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import {
  type Entry,
  isSubset,
  type KeptNode,
  legacyOf,
  liveEntry,
  type NodeDetails,
  recordOf,
  restoredEntry,
  spawnedEntry,
} from "./entry.ts";
import { type Finish, isRunning } from "./node_state.ts";
import { longestAway, rivals } from "./rivals.ts";

/** How long an offline node is kept for. Its transcript goes with it. */
export const FORGET_AFTER_MS = 30 * 24 * 60 * 60 * 1_000;

/** Past this, the offline node that was away longest is forgotten. */
export const NODES_MAX = 20_000;

/** One change, as the registry tells it. Complete and idempotent. */
export type RegistryChange =
  /** The node registered: for the first time, again, or back from offline. */
  | { readonly type: "joined"; readonly id: NodeId }
  /** Its state or details are new. */
  | { readonly type: "changed"; readonly id: NodeId }
  | { readonly type: "offline"; readonly id: NodeId }
  /** Gone for clients of the original; ours still see it. */
  | { readonly type: "unlisted"; readonly id: NodeId }
  | { readonly type: "forgotten"; readonly id: NodeId };

export class Registry {
  readonly #entries = new Map<NodeId, Entry>();
  readonly #listeners = new Set<(change: RegistryChange) => void>();
  readonly #ttlMs: number;

  /** @param ttlMs How long an offline node is listed for the original's clients. */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** Every node, in the order they first registered. */
  list(): NodeRecord[] {
    return [...this.#entries.values()].map(recordOf);
  }

  /** Nodes as clients of the original see them. */
  legacyList(): LegacyNode[] {
    return [...this.#entries.values()].filter((entry) => entry.listed)
      .map(legacyOf);
  }

  /** How many nodes the original would count. */
  get listedCount(): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.listed) count++;
    return count;
  }

  find(id: NodeId): NodeRecord | undefined {
    const entry = this.#entries.get(id);
    return entry && recordOf(entry);
  }

  /** @throws {HypivisorError} `not_found` if there is no such node. */
  get(id: NodeId): NodeRecord {
    return recordOf(this.#entry(id));
  }

  legacy(id: NodeId): LegacyNode | undefined {
    const entry = this.#entries.get(id);
    return entry?.listed ? legacyOf(entry) : undefined;
  }

  /** 0 if there is no such node. */
  heardAt(id: NodeId): UnixMs {
    return this.#entries.get(id)?.heardAt ?? 0;
  }

  /** Puts back what the store kept, as offline. For before anyone listens. */
  restore(kept: KeptNode, now: UnixMs): void {
    const isListed = now - kept.heardAt <= this.#ttlMs;
    this.#entries.set(kept.card.id, restoredEntry(kept, isListed));
  }

  /**
   * Adds a node, or brings it back with what its agent now says.
   *
   * Returns the nodes it evicts: another id at the same machine and port
   * cannot be right as well. Nodes that do not listen share port 0 in peace.
   */
  register(card: NodeCard, details: NodeDetails, now: UnixMs): NodeId[] {
    const known = this.#entries.get(card.id);
    const evicted = rivals(this.#entries.values(), card, known, now);
    for (const id of evicted) this.#evict(id, card.id, now);
    this.#entries.set(card.id, liveEntry(known, card, details, now));
    this.#emit({ type: "joined", id: card.id });
    if (!known) this.#makeRoom();
    return evicted;
  }

  /** Whether an agent is there under this id, and has said so. */
  isLive(id: NodeId): boolean {
    return this.#entries.get(id)?.presence.kind === "live";
  }

  /**
   * Adds a node whose process is being started, or has one that was away start
   * again. Clients of the original see it when it registers. Not for a live one.
   */
  spawn(card: NodeCard, details: NodeDetails, now: UnixMs): void {
    const known = this.#entries.get(card.id);
    if (known?.listed) this.#unlist(card.id, known);
    this.#entries.set(card.id, spawnedEntry(known, card, details, now));
    this.#emit({ type: "changed", id: card.id });
    if (!known) this.#makeRoom();
  }

  /** What a spawned agent asks before it can register; undefined: no longer. */
  ask(id: NodeId, question: string | undefined): void {
    const entry = this.#entries.get(id);
    if (entry?.presence.kind !== "spawned") return;
    if (entry.presence.question === question) return;
    entry.presence = { ...entry.presence, question };
    this.#touch(id, entry);
  }

  /** A spawned agent will not register. Of no effect on one that has. */
  fail(id: NodeId, message: string, now: UnixMs): void {
    const entry = this.#entries.get(id);
    if (entry?.presence.kind !== "spawned") return;
    entry.presence = { kind: "failed", since: now, message };
    this.#touch(id, entry);
  }

  /** Notes which terminal a node is on; undefined: there is none any more. */
  setTerminal(id: NodeId, terminal: TerminalId | undefined): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.terminal === terminal) return;
    entry.terminal = terminal;
    this.#touch(id, entry);
  }

  /** Notes a sign of life. Tells nobody: it happens all the time. */
  heard(id: NodeId, now: UnixMs): void {
    const entry = this.#entries.get(id);
    if (entry) entry.heardAt = now;
  }

  /** Takes over what the agent says it is doing. */
  act(id: NodeId, activity: Activity, finish: Finish | undefined): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.activity = activity;
    if (activity.kind !== "idle") entry.unseen = undefined;
    else if (finish) entry.unseen = finish;
    this.#touch(id, entry);
  }

  /** Sets each field that is present. */
  detail(id: NodeId, details: NodeDetails): void {
    const entry = this.#entries.get(id);
    if (!entry || isSubset(details, entry.details)) return;
    entry.details = { ...entry.details, ...details };
    this.#touch(id, entry);
  }

  /** A person looked: what had finished is no longer news. */
  see(id: NodeId): void {
    const entry = this.#entry(id);
    if (!entry.unseen) return;
    entry.unseen = undefined;
    this.#touch(id, entry);
  }

  /** Marks a live node offline. An offline one keeps its first time and reason. */
  lose(id: NodeId, reason: OfflineReason, now: UnixMs): void {
    const entry = this.#entries.get(id);
    if (entry?.presence.kind !== "live") return;
    entry.presence = { kind: "offline", since: now, reason };
    entry.activity = undefined;
    entry.record = undefined;
    this.#emit({ type: "offline", id });
  }

  /** The agent says goodbye. True if it was on the original's list. */
  deregister(id: NodeId, now: UnixMs): boolean {
    const entry = this.#entries.get(id);
    if (entry?.presence.kind === "live") {
      entry.presence = { kind: "offline", since: now, reason: "quit" };
      entry.activity = undefined;
    }
    return this.unlist(id);
  }

  /** Takes a node off the original's list at once. True if it was on it. */
  unlist(id: NodeId): boolean {
    const entry = this.#entries.get(id);
    if (!entry?.listed) return false;
    this.#unlist(id, entry);
    return true;
  }

  /** @throws {HypivisorError} `conflict` if its agent runs. */
  forget(id: NodeId): void {
    if (isRunning(this.#entry(id).presence)) {
      throw new HypivisorError(
        "conflict",
        `Cannot forget node "${id}": its agent is running`,
      );
    }
    this.#forget(id);
  }

  /** Moves every node whose time has come one step on in its life. */
  sweep(now: UnixMs): void {
    for (const [id, entry] of [...this.#entries]) {
      if (isRunning(entry.presence)) continue;
      const age = now - entry.presence.since;
      if (entry.listed && age > this.#ttlMs) this.#unlist(id, entry);
      if (age > FORGET_AFTER_MS) this.#forget(id);
    }
  }

  /** Calls `listener` after every change. Returns a function that stops it. */
  onChange(listener: (change: RegistryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #evict(id: NodeId, by: NodeId, now: UnixMs): void {
    const entry = this.#entry(id);
    entry.evicted = { by, at: now };
    if (entry.presence.kind === "live") {
      entry.presence = { kind: "offline", since: now, reason: "replaced" };
      entry.activity = undefined;
    }
    this.#unlist(id, entry);
  }

  #makeRoom(): void {
    if (this.#entries.size <= NODES_MAX) return;
    const oldest = longestAway(this.#entries.values());
    if (oldest) this.#forget(oldest.card.id);
  }

  #entry(id: NodeId): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new HypivisorError("not_found", `Cannot find node "${id}"`);
  }

  #touch(id: NodeId, entry: Entry): void {
    entry.record = undefined;
    this.#emit({ type: "changed", id });
  }

  #unlist(id: NodeId, entry: Entry): void {
    entry.listed = false;
    entry.record = undefined;
    this.#emit({ type: "unlisted", id });
  }

  #forget(id: NodeId): void {
    const entry = this.#entry(id);
    if (entry.listed) this.#unlist(id, entry);
    this.#entries.delete(id);
    this.#emit({ type: "forgotten", id });
  }

  #emit(change: RegistryChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
