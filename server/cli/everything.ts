/** Asking the daemon for all agents and terminals, and for one of them. */

import type { ResultOf } from "../protocol/rpc.ts";
import { allOf, findOne, type Found, NotFoundError } from "./find.ts";
import type { RpcSocket } from "./rpc_socket.ts";

export type Start = ResultOf<"subscribe">;

export async function fetchAll(rpc: RpcSocket): Promise<Start> {
  const start = await rpc.call("subscribe", {});
  // A daemon from before there were terminals does not mention them.
  return { ...start, terminals: start.terminals ?? [] };
}

/** @throws {NotFoundError} listing what may have been meant. */
export async function fetchOne(
  rpc: RpcSocket,
  word: string,
  what?: string,
): Promise<Found> {
  return findOne(word, allOf(await fetchAll(rpc)), what);
}

/** @throws {NotFoundError} also if it is a terminal without an agent. */
export async function fetchAgent(
  rpc: RpcSocket,
  word: string,
): Promise<Extract<Found, { kind: "agent" }>> {
  const found = await fetchOne(rpc, word);
  if (found.kind === "agent") return found;
  throw new NotFoundError(
    `Cannot find an agent "${word}": it is a terminal. Type in it: hypivisor attach ${word}`,
  );
}
