/**
 * A socket that is told why there is nothing for it, as the original tells it,
 * and closed.
 */

import { CLOSE } from "../protocol/close.ts";
import { type Carrier, closeSocket, type Socket } from "./socket.ts";

export class RefusalLink implements Carrier {
  readonly #error: string;

  constructor(error: "Agent not found" | "Agent is offline") {
    this.#error = error;
  }

  opened(socket: Socket): void {
    socket.send(JSON.stringify({ error: this.#error }));
    const code = this.#error === "Agent not found"
      ? CLOSE.notFound
      : CLOSE.agentGone;
    closeSocket(socket, code, this.#error);
  }

  text(): void {}
  binary(): void {}
  drained(): void {}
  heard(): void {}
  closed(): void {}
}
