/**
 * Opens the socket on which a command makes its calls; where there is no
 * daemon and the command wants one, offers to start it.
 */

import { canAsk, confirm } from "./ask.ts";
import type { Arguments } from "./command.ts";
import { Connection, UnreachableError } from "./connection.ts";
import { warn } from "./output.ts";
import { RpcSocket } from "./rpc_socket.ts";
import { logFileOf, startDaemon } from "./start_daemon.ts";
import { targetOf } from "./target.ts";

/** A daemon that was reached. */
export interface Reached extends Disposable {
  readonly connection: Connection;
  readonly rpc: RpcSocket;
}

export interface ConnectOptions {
  /** Whether a person is asked to have one started. */
  readonly mayStart?: boolean;
  /** Hears what is no reply. */
  readonly onFrame?: (frame: unknown) => void;
}

/**
 * @throws {UnreachableError} if there is no way to it.
 */
export async function connect(
  args: Arguments,
  { mayStart = false, onFrame }: ConnectOptions = {},
): Promise<Reached> {
  const connection = new Connection(targetOf(args, process.env));
  try {
    return await reach(connection, onFrame);
  } catch (thrown) {
    const isNobody = thrown instanceof UnreachableError && thrown.isNobody;
    const { target } = connection;
    if (!isNobody || !mayStart || target.kind !== "socket" || !canAsk()) {
      throw thrown;
    }
    warn(`No hypivisor is running with the data directory ${connection.name}.`);
    if (!confirm("Start one?", true)) throw thrown;
    await startDaemon(target);
    warn(`Started. Its log is ${logFileOf(target.dataDir)}`);
    return await reach(connection, onFrame);
  }
}

async function reach(
  connection: Connection,
  onFrame?: (frame: unknown) => void,
): Promise<Reached> {
  const rpc = await RpcSocket.open(connection, "/ws", [], onFrame);
  return { connection, rpc, [Symbol.dispose]: () => rpc[Symbol.dispose]() };
}
