/**
 * A session as pi hands it to an extension: the two objects that act on it.
 *
 * Both go stale, and throw, once pi has replaced the session; whoever holds one
 * asks for it anew each time.
 */

import type {
  ExtensionAPI,
  ExtensionContext,
} from "@earendil-works/pi-coding-agent";

export interface Session {
  readonly pi: ExtensionAPI;
  readonly ctx: ExtensionContext;
}

/** Whether pi has replaced the session that `pi` belonged to. */
export function isStale(pi: ExtensionAPI): boolean {
  try {
    pi.getSessionName();
    return false;
  } catch {
    return true;
  }
}
