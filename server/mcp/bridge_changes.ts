/**
 * What a server announces, and who wants to hear it: changed lists, updated
 * resources, log messages.
 *
 * The server has one subscriber, the bridge, with the union of what its clients
 * want; this keeps that union in step, also when the server was started anew.
 * Knows no streams: a listener takes its share by `deliver`.
 */

import type { BridgedServer } from "./bridge_server.ts";
import type { ServerFacts } from "./bridge_open.ts";
import { META, metaOf } from "./era.ts";
import {
  failure,
  type JsonObject,
  RPC,
  type RpcNotification,
  type RpcOutcome,
  success,
} from "./json_rpc.ts";

export interface Listener {
  /** Notifications without a condition, by method. */
  readonly lists: ReadonlySet<string>;
  /** Resources whose updates it wants. Changed by `subscribe` only. */
  readonly uris: Set<string>;
  /** The least severe log messages it wants; none without. */
  level: string | undefined;
  deliver(method: string, params: JsonObject): void;
}

export const LIST_CHANGED = {
  tools: "notifications/tools/list_changed",
  prompts: "notifications/prompts/list_changed",
  resources: "notifications/resources/list_changed",
} as const;

const UPDATED = "notifications/resources/updated";
const MESSAGE = "notifications/message";

/** Resources that one listener may follow: a folder of them, not a disk. */
export const URIS_MAX = 1_000;

/** The server answers these at once, or is not worth waiting for. */
const SUBSCRIBE_MS = 30_000;

/** A subscription lives as long as its process; below what a timer holds. */
const LISTEN_MS = 24 * 60 * 60_000;

/** Severities of RFC 5424, least severe first. */
const LEVELS: readonly string[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
];

export function isLevel(level: unknown): level is string {
  return typeof level === "string" && LEVELS.includes(level);
}

export class Changes {
  readonly #server: BridgedServer;
  readonly #log: (line: string) => void;
  readonly #listeners = new Set<Listener>();
  /** What the server has been told to announce, in its present life. */
  #heldUris = new Set<string>();
  #heldLevel: string | undefined;
  #listening = new AbortController();

  constructor(server: BridgedServer, log: (line: string) => void) {
    this.#server = server;
    this.#log = log;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
    this.#sync();
  }

  remove(listener: Listener): void {
    if (this.#listeners.delete(listener)) this.#sync();
  }

  setLevel(listener: Listener, level: string): void {
    listener.level = level;
    this.#sync();
  }

  /** Follows a resource for one listener; the outcome is the server's. */
  async subscribe(listener: Listener, uri: string): Promise<RpcOutcome> {
    if (listener.uris.size >= URIS_MAX) {
      return failure(RPC.unavailable, `Too many resources: over ${URIS_MAX}`);
    }
    if (!this.#heldUris.has(uri) && this.#era === "legacy") {
      const outcome = await this.#own("resources/subscribe", { uri });
      if (outcome.kind === "error") return outcome;
      this.#heldUris.add(uri);
    }
    listener.uris.add(uri);
    this.#sync();
    return success({});
  }

  unsubscribe(listener: Listener, uri: string): RpcOutcome {
    if (listener.uris.delete(uri)) this.#sync();
    return success({});
  }

  /** Hands a notification of the server to whoever wants it. */
  publish({ method, params }: RpcNotification): void {
    if (method === "notifications/subscriptions/acknowledged") return;
    const plain = withoutSubscription(params);
    let isWanted = false;
    for (const listener of this.#listeners) {
      if (!wants(listener, method, plain)) continue;
      isWanted = true;
      listener.deliver(method, plain);
    }
    const isCommon = method === MESSAGE || method === UPDATED ||
      Object.values<string>(LIST_CHANGED).includes(method);
    if (!isWanted && !isCommon) this.#log(`(${method} is for no client)`);
  }

  /** The server runs anew: it is told all again, and its lists may differ. */
  onReady({ capabilities }: ServerFacts): void {
    this.#heldUris = new Set();
    this.#heldLevel = undefined;
    this.#listening.abort();
    this.#sync(true);
    for (const [name, method] of Object.entries(LIST_CHANGED)) {
      if (capabilities[name] === undefined) continue;
      this.publish({ kind: "notification", method, params: {} });
    }
  }

  get #era(): "legacy" | "modern" | undefined {
    const { state } = this.#server;
    return state.kind === "ready" ? state.facts.era : undefined;
  }

  /** Tells the server what has changed in the union of all wishes. */
  #sync(isAnew = false): void {
    const wanted = new Set<string>();
    for (const { uris } of this.#listeners) {
      for (const uri of uris) wanted.add(uri);
    }
    if (this.#era === "legacy") this.#syncLegacy(wanted);
    if (this.#era === "modern") this.#syncModern(wanted, isAnew);
  }

  #syncLegacy(wanted: Set<string>): void {
    for (const uri of wanted) {
      if (this.#heldUris.has(uri)) continue;
      this.#heldUris.add(uri);
      void this.#own("resources/subscribe", { uri });
    }
    for (const uri of this.#heldUris) {
      if (wanted.has(uri)) continue;
      this.#heldUris.delete(uri);
      void this.#own("resources/unsubscribe", { uri });
    }
    const levels = [...this.#listeners].flatMap(({ level }) => level ?? []);
    const level = LEVELS.find((one) => levels.includes(one));
    if (level === undefined || level === this.#heldLevel) return;
    this.#heldLevel = level;
    void this.#own("logging/setLevel", { level });
  }

  /** A modern server takes one list of wishes, and a new one replaces it. */
  #syncModern(wanted: Set<string>, isAnew: boolean): void {
    if (!isAnew && sameSet(wanted, this.#heldUris)) return;
    this.#heldUris = wanted;
    const before = this.#listening;
    this.#listening = new AbortController();
    const { state } = this.#server;
    const has = state.kind === "ready" ? state.facts.capabilities : {};
    void this.#server.callOwn("subscriptions/listen", {
      notifications: {
        toolsListChanged: has.tools !== undefined,
        promptsListChanged: has.prompts !== undefined,
        resourcesListChanged: has.resources !== undefined,
        resourceSubscriptions: [...wanted],
      },
    }, { timeoutMs: LISTEN_MS, signal: this.#listening.signal });
    // The new one first: a change in between would be lost otherwise.
    before.abort();
  }

  #own(method: string, params: JsonObject): Promise<RpcOutcome> {
    return this.#server.callOwn(method, params, { timeoutMs: SUBSCRIBE_MS });
  }
}

function wants(
  { lists, uris, level }: Listener,
  method: string,
  params: JsonObject,
): boolean {
  if (lists.has(method)) return true;
  if (method === UPDATED && typeof params.uri === "string") {
    return isFollowed(params.uri, uris);
  }
  if (method !== MESSAGE || level === undefined) return false;
  return LEVELS.indexOf(String(params.level)) >= LEVELS.indexOf(level);
}

/** An update may name a part of what is followed. */
function isFollowed(uri: string, uris: ReadonlySet<string>): boolean {
  if (uris.has(uri)) return true;
  for (const one of uris) if (uri.startsWith(`${one}/`)) return true;
  return false;
}

/** Which subscription it came by is between the server and the bridge. */
function withoutSubscription(params: JsonObject): JsonObject {
  const meta = metaOf(params);
  if (!(META.subscription in meta)) return params;
  const { [META.subscription]: _, ...rest } = meta;
  return { ...params, _meta: rest };
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && a.isSubsetOf(b);
}
