/** Which screen an address means, and back. */

import type { NodeId } from "../server/protocol/node.ts";
import type { TerminalId } from "../server/protocol/terminal.ts";

export type Route =
  /** Desktop: the overview; phone: the list of agents. */
  | { readonly kind: "home" }
  | { readonly kind: "agent"; readonly id: NodeId }
  /** One terminal, and nothing beside it. */
  | { readonly kind: "terminal"; readonly id: TerminalId }
  /** The list of terminals. */
  | { readonly kind: "terminals" };

/** Where the form for a new agent has an address of its own. */
export const NEW_PATH = "/new";

/** Anything that is not understood is home. */
export function readRoute(path: string): Route {
  if (/^\/t\/?$/.test(path)) return { kind: "terminals" };
  const match = /^\/([at])\/([^/]+)\/?$/.exec(path);
  if (!match?.[2]) return { kind: "home" };
  try {
    const id = decodeURIComponent(match[2]);
    return match[1] === "a"
      ? { kind: "agent", id: id as NodeId }
      : { kind: "terminal", id: id as TerminalId };
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
    case "agent":
      return `/a/${encodeURIComponent(route.id)}`;
    case "terminal":
      return `/t/${encodeURIComponent(route.id)}`;
  }
}
