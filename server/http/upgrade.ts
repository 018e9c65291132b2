/**
 * The WebSocket routes: which carrier a path gets.
 *
 * Decided at once: Bun refuses an upgrade that waited for anything.
 */

import { LegacyViewerLink } from "../links/legacy_viewer_link.ts";
import type { Net } from "../links/net.ts";
import { ClientLink } from "../links/client_link.ts";
import { RefusalLink } from "../links/refusal_link.ts";
import { RelayLink } from "../links/relay_link.ts";
import type { Carrier } from "../links/socket.ts";
import { type Place, ViewerLink } from "../links/viewer_link.ts";
import type { NodeId } from "../protocol/node.ts";
import { UPLINK_QUERY, VIEWER_SUBPROTOCOL } from "../protocol/version.ts";

const AGENT_PREFIX = "/ws/agent/";

/** What becomes of a WebSocket request. */
export type Upgrade =
  | {
    readonly kind: "carrier";
    readonly carrier: Carrier;
    readonly subprotocol?: string;
  }
  | { readonly kind: "bad_request"; readonly message: string }
  | { readonly kind: "not_found" };

export function isSocketPath(pathname: string): boolean {
  return pathname === "/ws" || pathname.startsWith(AGENT_PREFIX);
}

/** Chooses by path, subprotocol, and what kind of agent the node is. */
export function chooseCarrier(net: Net, request: Request): Upgrade {
  const url = new URL(request.url);
  if (url.pathname === "/ws") {
    const isUplink = url.searchParams.has(UPLINK_QUERY);
    return { kind: "carrier", carrier: new ClientLink(net, isUplink) };
  }
  if (!url.pathname.startsWith(AGENT_PREFIX)) return { kind: "not_found" };
  const node = decoded(url.pathname.slice(AGENT_PREFIX.length));
  if (node === "") return { kind: "bad_request", message: "Missing node ID" };
  if (offers(request, VIEWER_SUBPROTOCOL)) {
    return {
      kind: "carrier",
      carrier: new ViewerLink(net, node, placeOf(url)),
      subprotocol: VIEWER_SUBPROTOCOL,
    };
  }
  return { kind: "carrier", carrier: legacyCarrier(net, node) };
}

function legacyCarrier(net: Net, node: NodeId): Carrier {
  const record = net.registry.legacy(node);
  if (!record) return new RefusalLink("Agent not found");
  if (net.agents.has(node) && !net.registrants.has(node)) {
    return new LegacyViewerLink(net, node);
  }
  const targets = net.relayTargets(node);
  if (record.status === "offline" || targets.length === 0) {
    return new RefusalLink("Agent is offline");
  }
  return new RelayLink(net, node, targets);
}

function offers(request: Request, subprotocol: string): boolean {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((name) => name.trim() === subprotocol);
}

function placeOf(url: URL): Place | undefined {
  const stream = url.searchParams.get("stream");
  const seq = Number(url.searchParams.get("seq"));
  return stream && Number.isSafeInteger(seq) ? { stream, seq } : undefined;
}

function decoded(text: string): NodeId {
  try {
    return decodeURIComponent(text) as NodeId;
  } catch {
    return text as NodeId; // Not escaped at all, as the original reads it.
  }
}
