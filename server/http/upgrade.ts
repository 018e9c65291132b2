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
import { TermLink } from "../links/term_link.ts";
import { TerminalLink } from "../links/terminal_link.ts";
import { TtydLink } from "../links/ttyd_link.ts";
import { HypivisorError } from "../errors.ts";
import type { NodeId } from "../protocol/node.ts";
import {
  TERMINAL_SUBPROTOCOL,
  type TerminalId,
  TTYD_SUBPROTOCOL,
} from "../protocol/terminal.ts";
import { readSizeQuery, readTerminalQuery } from "../read_terminal.ts";
import { UPLINK_QUERY, VIEWER_SUBPROTOCOL } from "../protocol/version.ts";

const AGENT_PREFIX = "/ws/agent/";
const TERMINAL_PREFIX = "/ws/terminal/";

/** A fresh shell, where clients of xterm-backend look for it. */
const TERM_PATH = "/term";

/** What becomes of a WebSocket request. */
export type Upgrade =
  | {
    readonly kind: "carrier";
    readonly carrier: Carrier;
    readonly subprotocol?: string;
  }
  | { readonly kind: "bad_request"; readonly message: string }
  /** There is no room for one more. */
  | { readonly kind: "unavailable"; readonly message: string }
  | { readonly kind: "not_found" };

export function isSocketPath(pathname: string): boolean {
  return pathname === "/ws" || pathname === TERM_PATH ||
    pathname.startsWith(AGENT_PREFIX) || pathname.startsWith(TERMINAL_PREFIX);
}

/** Chooses by path, subprotocol, and what kind of agent the node is. */
export function chooseCarrier(net: Net, request: Request): Upgrade {
  const url = new URL(request.url);
  const { pathname } = url;
  if (pathname === "/ws") {
    const isUplink = url.searchParams.has(UPLINK_QUERY);
    return { kind: "carrier", carrier: new ClientLink(net, isUplink) };
  }
  if (pathname.startsWith(AGENT_PREFIX)) {
    return agentCarrier(net, request, url);
  }
  if (!net.children) return { kind: "not_found" };
  try {
    return pathname === TERM_PATH
      ? termCarrier(net, url)
      : terminalCarrier(net, request, url);
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    const { code, message } = thrown;
    const kind = code === "unavailable" ? code : "bad_request";
    return { kind, message };
  }
}

function agentCarrier(net: Net, request: Request, url: URL): Upgrade {
  const node = decoded<NodeId>(url.pathname.slice(AGENT_PREFIX.length));
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

/** @throws {HypivisorError} `bad_request` for a query that cannot be read. */
function terminalCarrier(net: Net, request: Request, url: URL): Upgrade {
  const terminal = decoded<TerminalId>(
    url.pathname.slice(TERMINAL_PREFIX.length),
  );
  const choice = readTerminalQuery(url.searchParams);
  const acknowledges = offers(request, TERMINAL_SUBPROTOCOL);
  if (!acknowledges && offers(request, TTYD_SUBPROTOCOL)) {
    return {
      kind: "carrier",
      carrier: new TtydLink(net, terminal, choice),
      subprotocol: TTYD_SUBPROTOCOL,
    };
  }
  return {
    kind: "carrier",
    carrier: new TerminalLink(net, { terminal, choice, acknowledges }),
    ...(acknowledges ? { subprotocol: TERMINAL_SUBPROTOCOL } : {}),
  };
}

/** @throws {HypivisorError} `unavailable` if too many terminals run. */
function termCarrier(net: Net, url: URL): Upgrade {
  const size = readSizeQuery(url.searchParams);
  const cwd = url.searchParams.get("cwd") ?? undefined;
  const permit = net.children?.keepRoom();
  if (!permit) return { kind: "not_found" };
  return {
    kind: "carrier",
    carrier: new TermLink(net, { size, cwd, permit }),
  };
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

function decoded<Id extends string>(text: string): Id {
  try {
    return decodeURIComponent(text) as Id;
  } catch {
    return text as Id; // Not escaped at all, as the original reads it.
  }
}
