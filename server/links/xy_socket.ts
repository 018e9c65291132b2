/**
 * The Unix socket for programs that speak as those of `xy` do. Who can open it,
 * in a folder that only this user enters, needs no other credential.
 */

import { chmodSync, rmSync } from "node:fs";
import { logger } from "../log.ts";
import { RPC_ERROR } from "../protocol/error.ts";
import type { Core } from "../rpc/core.ts";
import { XyLink } from "./xy_link.ts";

const log = logger("xy_socket");

/**
 * Far below what a process may have open: Bun 1.4.5 spins on a listener whose
 * connections it cannot accept. One more is told so, and closed.
 */
export const LINKS_MAX = 256;

const FULL = `${
  JSON.stringify({
    jsonrpc: "2.0",
    id: null,
    error: {
      code: RPC_ERROR.unavailable,
      message: `more than ${LINKS_MAX} connections`,
    },
  })
}\n`;

/**
 * Listens; the folder is locked, so nobody else does.
 *
 * @throws {Error} if the path is too long for a socket, or cannot be written.
 */
export function listenToXy(core: Core, path: string): Disposable {
  rmSync(path, { force: true });
  const links = new Map<object, XyLink>();
  const before = process.umask(0o177);
  try {
    const listener = Bun.listen({
      unix: path,
      socket: {
        open(socket) {
          if (links.size < LINKS_MAX) {
            links.set(socket, new XyLink(core, socket));
          } else socket.end(FULL);
        },
        data: (socket, chunk) => links.get(socket)?.receive(chunk),
        drain: (socket) => links.get(socket)?.drained(),
        close(socket) {
          links.get(socket)?.closed();
          links.delete(socket);
        },
        error: (_socket, { message }) => log.debug("failed", { message }),
      },
    });
    chmodSync(path, 0o600);
    return {
      [Symbol.dispose]() {
        listener.stop(true);
        rmSync(path, { force: true });
      },
    };
  } finally {
    process.umask(before);
  }
}
