/** Which screen an address means, and back. */

import type { NodeId } from "../server/protocol/node.ts";

export type Route =
  /** Desktop: the overview; phone: the list of agents. */
  | { readonly kind: "home" }
  | { readonly kind: "agent"; readonly id: NodeId };

/** Anything that is not understood is home. */
export function readRoute(path: string): Route {
  const match = /^\/a\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return { kind: "home" };
  try {
    return { kind: "agent", id: decodeURIComponent(match[1]) as NodeId };
  } catch {
    // A broken escape in an address that somebody typed.
    return { kind: "home" };
  }
}

export function pathOf(route: Route): string {
  return route.kind === "home" ? "/" : `/a/${encodeURIComponent(route.id)}`;
}
