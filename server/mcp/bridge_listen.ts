/**
 * The stream of a modern client that listens: what it asked to hear of, each
 * notification stamped with the id of its request.
 *
 * Ends with the client or with the bridge, whichever goes first.
 */

import { isRecord } from "../read.ts";
import {
  type Changes,
  LIST_CHANGED,
  type Listener,
  URIS_MAX,
} from "./bridge_changes.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import type { ServerFacts } from "./bridge_open.ts";
import { jsonResponse } from "./bridge_reply.ts";
import { EventStream } from "./bridge_stream.ts";
import { META, metaOf } from "./era.ts";
import {
  failure,
  type JsonObject,
  notificationLine,
  responseLine,
  RPC,
  type RpcRequest,
  success,
} from "./json_rpc.ts";

/** By field of the wish: which capability it needs, what announces it. */
const LISTS = [
  ["toolsListChanged", "tools", LIST_CHANGED.tools],
  ["promptsListChanged", "prompts", LIST_CHANGED.prompts],
  ["resourcesListChanged", "resources", LIST_CHANGED.resources],
] as const;

export interface ListenParts {
  readonly changes: Changes;
  readonly limits: BridgeLimits;
  readonly facts: ServerFacts;
  /** The bridge is closing. */
  readonly closing: AbortSignal;
}

/** Answers `subscriptions/listen` with a stream. */
export async function listen(
  { id, params }: RpcRequest,
  { changes, limits, facts, closing }: ListenParts,
): Promise<Response> {
  const asked = params.notifications;
  const refuse = (code: number, why: string, status: number) =>
    jsonResponse(responseLine(id, failure(code, why)), status);
  if (!isRecord(asked)) {
    return refuse(RPC.invalidParams, "Params have no notifications", 200);
  }
  if (changes.listeners >= limits.listeners) {
    const why = `Too many listen at once: over ${limits.listeners}`;
    return refuse(RPC.unavailable, why, 503);
  }
  const meta = { [META.subscription]: id };
  const stamped = (method: string, its: JsonObject) =>
    notificationLine(method, { ...its, _meta: { ...metaOf(its), ...meta } });
  const lists = LISTS.filter(([field, capability]) =>
    asked[field] === true && can(facts, capability, "listChanged")
  );
  const listener: Listener = {
    lists: new Set(lists.map(([, , method]) => method)),
    uris: new Set(),
    level: undefined,
    deliver: (method, its) => void stream.send(stamped(method, its)),
  };
  const leave = () => {
    closing.removeEventListener("abort", end);
    changes.remove(listener);
  };
  const stream = new EventStream(limits, {}, leave);
  const end = () => {
    const result = { resultType: "complete", _meta: meta };
    stream.send(responseLine(id, success(result)));
    stream.close();
    leave();
  };
  closing.addEventListener("abort", end, { once: true });
  changes.add(listener);
  if (can(facts, "resources", "subscribe")) {
    const uris = readUris(asked.resourceSubscriptions);
    await Promise.all(uris.map((uri) => changes.subscribe(listener, uri)));
  }
  // What the client is told is what it will really hear of.
  const notifications = {
    ...Object.fromEntries(lists.map(([field]) => [field, true])),
    ...(listener.uris.size > 0
      ? { resourceSubscriptions: [...listener.uris] }
      : {}),
  };
  const method = "notifications/subscriptions/acknowledged";
  stream.send(stamped(method, { notifications }));
  if (Object.keys(notifications).length === 0) end();
  return stream.response;
}

function can(
  { capabilities }: ServerFacts,
  capability: string,
  what: string,
): boolean {
  const has = capabilities[capability];
  return isRecord(has) && has[what] === true;
}

function readUris(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === "string").slice(0, URIS_MAX);
}
