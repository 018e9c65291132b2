/**
 * The runner's Unix socket: who may connect, and which client a byte is for.
 *
 * Private twice: the folder and the socket let in this user only, and the peer
 * is asked for all the same.
 */

import { chmodSync, rmSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { Client, type Host } from "./client.ts";
import { Connection } from "./connection.ts";
import { peerUid } from "./libc.ts";

const log = logger("socket");

export interface RunnerSocket {
  /** Connections that are open. */
  readonly size: number;
  close(): void;
}

/**
 * Longest path that a socket may have, on Linux; macOS takes three less. Bun
 * 1.4.5 says no more than "Failed to listen".
 */
const PATH_MAX_BYTES = 107;

/**
 * Listens at `path`; what lies there is a dead runner's, as we have the lock.
 *
 * @throws {HypivisorError} `unavailable` if it cannot.
 */
export function listen(
  path: string,
  host: Host,
  onChange: () => void,
): RunnerSocket {
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) {
    throw new HypivisorError(
      "unavailable",
      `Cannot listen at "${path}": the path is longer than a socket may have. Choose a shorter --data-dir`,
    );
  }
  rmSync(path, { force: true });
  const open = new Set<Connection>();
  const before = process.umask(0o177);
  try {
    const listener = Bun.listen<Connection | undefined>({
      unix: path,
      socket: {
        open(socket) {
          if (!isOurs(socket)) {
            socket.terminate();
            return;
          }
          const connection = new Connection(socket as Bun.Socket<Connection>);
          socket.data = connection;
          open.add(connection);
          connection.client = new Client(connection, host);
          onChange();
        },
        data: (socket, chunk) => guard(socket.data, (it) => it.receive(chunk)),
        drain: (socket) => guard(socket.data, (it) => it.flush()),
        close(socket) {
          const connection = socket.data;
          if (!connection) return;
          socket.data = undefined;
          open.delete(connection);
          guard(connection, (it) => it.client?.onClose());
          onChange();
        },
        error(_socket, error) {
          log.warn("connection_failed", { error: error.message });
        },
      },
    });
    chmodSync(path, 0o600);
    return {
      get size() {
        return open.size;
      },
      close: () => listener.stop(true),
    };
  } finally {
    process.umask(before);
  }
}

/** A bug or a broken peer ends its own connection only. */
function guard(
  connection: Connection | undefined,
  act: (connection: Connection) => void,
): void {
  if (!connection) return;
  try {
    act(connection);
  } catch (thrown) {
    if (thrown instanceof HypivisorError) {
      log.warn("connection_refused", { why: thrown.message });
    } else {
      log.failed("connection_failed", thrown);
    }
    connection.close();
  }
}

function isOurs(socket: Bun.Socket<Connection | undefined>): boolean {
  const { fd } = socket as unknown as { fd: number };
  const uid = peerUid(fd);
  // Where it is not told, the folder's mode alone decides.
  if (uid === undefined || uid === 0 || uid === process.getuid?.()) return true;
  log.warn("peer_refused", { uid });
  return false;
}
