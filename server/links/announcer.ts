/**
 * Tells clients and viewers what became of nodes and terminals.
 *
 * The original's pushes go out at once and in order. Ours are gathered for a
 * moment, so that a node that changes ten times in a burst is told of once,
 * as it is at the end.
 */

import type { TerminalChange } from "../children/terminals.ts";
import type { LegacyPush } from "../protocol/legacy.ts";
import type { NodeId, UnixMs } from "../protocol/node.ts";
import type { RegistryChange } from "../registry/registry.ts";
import { BEAT, pushAbout, type Subject } from "./client_push.ts";
import type { Net } from "./net.ts";

/** Below what a person notices, above the gaps within a burst. */
const GATHER_MS = 15;

/** For so long a lost agent's unfinished answer is shown as if it went on. */
const STILL_AFTER_MS = 10_000;

export class Announcer {
  readonly #net: Net;
  readonly #dirty = new Set<Subject>();
  readonly #lost = new Map<NodeId, UnixMs>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(net: Net) {
    this.#net = net;
  }

  tell(change: RegistryChange): void {
    const { id } = change;
    const legacy = this.#legacyPush(change);
    if (legacy) this.#toOriginals(JSON.stringify(legacy));
    if (change.type === "offline") this.#lost.set(id, this.#net.now());
    if (change.type === "joined") this.#lost.delete(id);
    if (change.type === "forgotten") return this.#forget(id);
    this.#tellSoon(`node ${id}`);
  }

  tellTerminal({ type, terminal: { id } }: TerminalChange): void {
    this.#tellSoon(`terminal ${id}`);
    if (type !== "gone") return;
    for (const pipe of [...this.#net.pipes]) pipe.gone(id);
  }

  #tellSoon(subject: Subject): void {
    this.#dirty.add(subject);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  /** What was in the air when an agent was lost will not come down. */
  stillLost(now: UnixMs): void {
    for (const [id, since] of this.#lost) {
      if (now - since < STILL_AFTER_MS) continue;
      this.#lost.delete(id);
      this.#net.hubs.find(id)?.still();
    }
  }

  /** A sign of life, for pages: they cannot see pings. */
  beat(): void {
    for (const client of this.#net.clients) {
      if (client.isSubscribed) client.push(BEAT);
    }
    const beat = JSON.stringify({ type: "beat" });
    for (const viewer of this.#net.viewers) viewer.tell(beat);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const client of this.#net.clients) client.goAway();
    for (const viewer of this.#net.viewers) viewer.goAway();
    for (const pipe of this.#net.pipes) pipe.goAway();
    for (const agent of this.#net.agents.values()) agent.goAway();
  }

  #legacyPush({ type, id }: RegistryChange): LegacyPush | undefined {
    switch (type) {
      case "joined": {
        const node = this.#net.registry.legacy(id);
        return node && { event: "node_joined", node };
      }
      case "offline":
        // One that said goodbye is off the list: its end is no news.
        return this.#net.registry.legacy(id) && { event: "node_offline", id };
      case "unlisted":
        return { event: "node_removed", id };
      case "changed":
      case "forgotten":
        return undefined;
    }
  }

  #flush(): void {
    this.#timer = undefined;
    const pushes = new Map<Subject, string>();
    for (const subject of this.#dirty) {
      pushes.set(subject, pushAbout(this.#net, subject));
    }
    this.#toSubscribed(pushes);
    this.#toViewers();
    this.#dirty.clear();
  }

  /** Viewers are many on one node: each record is written out once. */
  #toViewers(): void {
    const texts = new Map<NodeId, string>();
    for (const { node: id } of this.#net.viewers) {
      if (texts.has(id) || !this.#dirty.has(`node ${id}`)) continue;
      const node = this.#net.registry.find(id);
      if (node) texts.set(id, JSON.stringify({ type: "node", node }));
    }
    for (const viewer of this.#net.viewers) {
      const text = texts.get(viewer.node);
      if (text) viewer.tell(text);
    }
  }

  #forget(id: NodeId): void {
    const subject: Subject = `node ${id}`;
    this.#dirty.delete(subject);
    this.#lost.delete(id);
    this.#net.hubs.find(id)?.still();
    this.#net.hubs.forget(id);
    this.#toSubscribed(new Map([[subject, pushAbout(this.#net, subject)]]));
    for (const viewer of [...this.#net.viewers]) {
      if (viewer.node === id) viewer.forgotten();
    }
  }

  #toOriginals(text: string): void {
    for (const client of this.#net.clients) {
      if (!client.isSubscribed) client.push(text);
    }
  }

  #toSubscribed(pushes: ReadonlyMap<Subject, string>): void {
    for (const client of this.#net.clients) {
      if (client.isSubscribed) client.pushAll(pushes);
    }
  }
}
