/**
 * A TCP client for tests that speaks HTTP and WebSocket by hand, rightly or
 * wrongly: what no ordinary client can be made to do.
 */

import { connect, type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { until } from "./until.ts";

export const OPCODE = {
  more: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

export interface RawFrame {
  readonly opcode: number;
  readonly payload: string | Uint8Array;
  /** Whether it ends its message; it does if absent. */
  readonly fin?: boolean;
  /** The three reserved bits. */
  readonly rsv?: number;
  /** Clients have to; they do if absent. */
  readonly masked?: boolean;
}

/** A frame as bytes. */
export function encodeFrame(frame: RawFrame): Buffer {
  const { opcode, fin = true, rsv = 0, masked = true } = frame;
  const payload = Buffer.from(frame.payload as string);
  const { length } = payload;
  const lengthBytes = length < 126
    ? Buffer.from([length])
    : length < 65_536
    ? Buffer.from([126, length >> 8, length & 255])
    : Buffer.concat([Buffer.from([127]), bigEndian(length)]);
  if (masked) lengthBytes[0] = (lengthBytes[0] ?? 0) | 128;
  const head = Buffer.from([(fin ? 128 : 0) | (rsv << 4) | opcode]);
  if (!masked) return Buffer.concat([head, lengthBytes, payload]);
  const mask = randomBytes(4);
  for (let n = 0; n < length; n++) {
    payload[n] = (payload[n] ?? 0) ^ (mask[n & 3] ?? 0);
  }
  return Buffer.concat([head, lengthBytes, mask, payload]);
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

export class RawSocket implements AsyncDisposable {
  readonly tcp: Socket;
  #heard = Buffer.alloc(0);
  isClosed = false;

  private constructor(port: number) {
    this.tcp = connect({ host: "127.0.0.1", port });
    this.tcp.on("data", (bytes: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, bytes]);
    });
    this.tcp.on("error", () => {}); // Told by its close as well.
    this.tcp.on("close", () => void (this.isClosed = true));
  }

  static async open(port: number): Promise<RawSocket> {
    const raw = new RawSocket(port);
    await until(() => raw.tcp.readyState === "open" || raw.isClosed);
    return raw;
  }

  /** Asks for an upgrade and waits for the 101. */
  static async upgrade(
    port: number,
    path: string,
    headers: readonly string[] = [],
  ): Promise<RawSocket> {
    const raw = await RawSocket.open(port);
    raw.write(handshake(port, path, headers));
    const answer = await raw.until("\r\n\r\n");
    if (!answer.startsWith("HTTP/1.1 101")) {
      throw new Error(`Refused: ${answer}`);
    }
    raw.#heard = raw.#heard.subarray(raw.#heard.indexOf("\r\n\r\n") + 4);
    return raw;
  }

  /** All bytes heard so far; without the handshake after an upgrade. */
  get heard(): Buffer {
    return this.#heard;
  }

  get text(): string {
    return this.#heard.toString("utf8");
  }

  /** Code and reason of the close frame that was heard, if any. */
  get close(): { code: number; reason: string } | undefined {
    for (const { opcode, payload } of this.frames()) {
      if (opcode !== OPCODE.close) continue;
      return {
        code: payload.length > 1 ? payload.readUInt16BE(0) : 1005,
        reason: payload.subarray(2).toString("utf8"),
      };
    }
    return undefined;
  }

  /** The frames heard so far. */
  frames(): { opcode: number; payload: Buffer }[] {
    const frames: { opcode: number; payload: Buffer }[] = [];
    let at = 0;
    const bytes = this.#heard;
    while (at + 2 <= bytes.length) {
      let length = (bytes[at + 1] ?? 0) & 127;
      let start = at + 2;
      if (length === 126) {
        if (at + 4 > bytes.length) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (at + 10 > bytes.length) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      if (start + length > bytes.length) break;
      frames.push({
        opcode: (bytes[at] ?? 0) & 15,
        payload: bytes.subarray(start, start + length),
      });
      at = start + length;
    }
    return frames;
  }

  write(bytes: string | Uint8Array): void {
    this.tcp.write(bytes);
  }

  send(frame: RawFrame): void {
    this.write(encodeFrame(frame));
  }

  /** Stops reading, so that the other side's buffers fill. */
  stall(): void {
    this.tcp.pause();
  }

  /** Waits until `end` was heard, or the connection ended. */
  async until(end: string, withinMs = 5_000): Promise<string> {
    await until(() => this.isClosed || this.text.includes(end), {
      withinMs,
      seen: () => this.text.slice(0, 500),
    });
    return this.text;
  }

  async whenClosed(withinMs = 5_000): Promise<void> {
    await until(() => this.isClosed, {
      withinMs,
      seen: () => this.text.slice(0, 500),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.tcp.destroy();
    return Promise.resolve();
  }
}

/** A request to upgrade, as it goes over the wire. */
export function handshake(
  port: number,
  path: string,
  headers: readonly string[] = [],
): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "",
    "",
  ].join("\r\n");
}
