/**
 * The sockets that a browser opened by its cookie, so that signing it out ends
 * them: in this tab, and in every other.
 */

import { closeSocket, type Socket } from "../links/socket.ts";
import { CLOSE } from "../protocol/close.ts";

export class BrowserSockets {
  readonly #byCookie = new Map<string, Set<Socket>>();

  add(socket: Socket): void {
    const { cookie } = socket.data;
    if (cookie === undefined) return;
    const sockets = this.#byCookie.get(cookie) ?? new Set();
    this.#byCookie.set(cookie, sockets.add(socket));
  }

  remove(socket: Socket): void {
    const { cookie } = socket.data;
    if (cookie === undefined) return;
    const sockets = this.#byCookie.get(cookie);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#byCookie.delete(cookie);
  }

  /** Closes all that came with this cookie. */
  signOut(cookie: string): void {
    for (const socket of this.#byCookie.get(cookie) ?? []) {
      closeSocket(socket, CLOSE.unauthorized, "Signed out");
    }
  }
}
