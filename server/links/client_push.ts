/**
 * Pushes to clients that subscribed, as the text that is sent, and what each
 * of them is about.
 */

import type { NodeId } from "../protocol/node.ts";
import type { ClientPush } from "../protocol/rpc.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import type { Core } from "../rpc/core.ts";

/** A sign of life, for pages: they cannot see pings. */
export const BEAT: string = textOf({ method: "beat", params: {} });

/**
 * What a push is about. A later push about the same replaces an earlier one, so
 * who missed some needs only the last.
 */
export type Subject = `node ${NodeId}` | `terminal ${TerminalId}`;

/** What is now true of it, be it there or not. */
export function pushAbout(core: Core, subject: Subject): string {
  const at = subject.indexOf(" ");
  const id = subject.slice(at + 1);
  return subject.slice(0, at) === "node"
    ? pushOfNode(core, id as NodeId)
    : pushOfTerminal(core, id as TerminalId);
}

function pushOfNode({ registry }: Core, id: NodeId): string {
  const node = registry.find(id);
  return textOf(
    node
      ? { method: "node_set", params: { node } }
      : { method: "node_forgotten", params: { id } },
  );
}

function pushOfTerminal({ children }: Core, id: TerminalId): string {
  const terminal = children?.find(id);
  return textOf(
    terminal
      ? { method: "terminal_set", params: { terminal } }
      : { method: "terminal_gone", params: { id } },
  );
}

function textOf(push: ClientPush): string {
  return JSON.stringify({ jsonrpc: "2.0", ...push });
}
