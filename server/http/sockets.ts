/**
 * Bun's side of WebSockets: what it reports goes to the carrier behind the
 * socket, whichever server let it in.
 */

import type { Net } from "../links/net.ts";
import type { Socket, SocketData } from "../links/socket.ts";
import { logger } from "../log.ts";
import type { BrowserSockets } from "./browser_sockets.ts";

const log = logger("sockets");

/** As the original: enough for a prompt with 10 MiB of files. */
export const FRAME_MAX_BYTES: number = 16 * 1024 * 1024;

/** A peer that answers no ping for so long is gone. */
const SILENT_AFTER_S = 30;

/**
 * A bound behind the links' own: each stops sending at 1 MiB, and its largest
 * frame on top stays below this.
 */
const BUFFER_MAX_BYTES = 4 * 1024 * 1024;

export function socketHandlers(
  { metrics }: Net,
  sockets: BrowserSockets,
): Bun.WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: FRAME_MAX_BYTES,
    backpressureLimit: BUFFER_MAX_BYTES,
    closeOnBackpressureLimit: true,
    idleTimeout: SILENT_AFTER_S,
    sendPings: true,
    perMessageDeflate: false,
    open: (socket) =>
      guarded(socket, () => {
        sockets.add(socket);
        socket.data.carrier.opened(socket);
      }),
    message: (socket, frame) =>
      guarded(socket, () => {
        metrics.count("hypivisor_bytes_in_total", frame.length);
        const { carrier } = socket.data;
        if (typeof frame === "string") carrier.text(frame);
        else carrier.binary(frame);
      }),
    drain: (socket) => guarded(socket, () => socket.data.carrier.drained()),
    ping: (socket) => guarded(socket, () => socket.data.carrier.heard()),
    pong: (socket) => guarded(socket, () => socket.data.carrier.heard()),
    close: (socket, code, reason) =>
      guarded(socket, () => {
        sockets.remove(socket);
        socket.data.carrier.closed(code, reason);
      }),
  };
}

/** A bug in one socket's carrier ends that socket, and is logged. */
function guarded(socket: Socket, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    log.failed("carrier_failed", thrown);
    socket.close(1011, "Internal error");
  }
}
