/** Which screen an address means, and back. */

import type { NodeId } from "../server/protocol/node.ts";
import type { ServiceName } from "../server/protocol/service.ts";
import type { TerminalId } from "../server/protocol/terminal.ts";

export type Route =
  /** Desktop: the overview; phone: the list of agents. */
  | { readonly kind: "home" }
  | { readonly kind: "agent"; readonly id: NodeId }
  /** One terminal, and nothing beside it. */
  | { readonly kind: "terminal"; readonly id: TerminalId }
  /** The list of terminals. */
  | { readonly kind: "terminals" }
  /** One service, and what it writes. */
  | { readonly kind: "service"; readonly name: ServiceName }
  /** The list of services. */
  | { readonly kind: "services" };

/** Where the form for a new agent has an address of its own. */
export const NEW_PATH = "/new";

/** Anything that is not understood is home. */
export function readRoute(path: string): Route {
  if (/^\/t\/?$/.test(path)) return { kind: "terminals" };
  if (/^\/s\/?$/.test(path)) return { kind: "services" };
  const match = /^\/([ats])\/([^/]+)\/?$/.exec(path);
  if (!match?.[2]) return { kind: "home" };
  try {
    const id = decodeURIComponent(match[2]);
    if (match[1] === "a") return { kind: "agent", id: id as NodeId };
    return match[1] === "t"
      ? { kind: "terminal", id: id as TerminalId }
      : { kind: "service", name: id as ServiceName };
  } catch {
    // A broken escape in an address that somebody typed.
    return { kind: "home" };
  }
}

export function pathOf(route: Route): string {
  switch (route.kind) {
    case "home":
      return "/";
    case "terminals":
      return "/t";
    case "services":
      return "/s";
    case "service":
      return `/s/${encodeURIComponent(route.name)}`;
    case "agent":
      return `/a/${encodeURIComponent(route.id)}`;
    case "terminal":
      return `/t/${encodeURIComponent(route.id)}`;
  }
}
