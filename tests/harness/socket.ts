/** A WebSocket client for tests that keeps all it hears. */

import { until } from "./until.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

// deno-lint-ignore no-explicit-any -- frames are asserted on, not relied on.
export type Frame = any;

export class TestSocket implements AsyncDisposable {
  /** Text frames, parsed where they are JSON. */
  readonly frames: Frame[] = [];
  readonly binary: Uint8Array[] = [];
  readonly raw: WebSocket;
  closed: Closed | undefined;
  isOpen = false;
  #calls = 0;

  constructor(url: string, options?: string[] | Bun.WebSocketOptions) {
    this.raw = new WebSocket(url, options as string[]);
    this.raw.binaryType = "arraybuffer";
    this.raw.onopen = () => void (this.isOpen = true);
    this.raw.onmessage = ({ data }) => this.#hear(data);
    this.raw.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
    };
  }

  /** @throws {Error} if the connection is refused. */
  static async open(
    url: string,
    options?: string[] | Bun.WebSocketOptions,
  ): Promise<TestSocket> {
    const socket = new TestSocket(url, options);
    await until(() => socket.isOpen || socket.closed !== undefined);
    if (!socket.isOpen) {
      throw new Error(`Refused: ${JSON.stringify(socket.closed)}`);
    }
    return socket;
  }

  send(frame: unknown): void {
    this.raw.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Calls in JSON-RPC 2.0. @throws {Error} with the reply's message. */
  async call(method: string, params: unknown = {}): Promise<Frame> {
    const id = `call-${++this.#calls}`;
    this.send({ jsonrpc: "2.0", id, method, params });
    const reply = await this.frame((frame) => frame.id === id, 15_000);
    if (reply.error) throw new Error(reply.error.message);
    return reply.result;
  }

  /** Calls as the original's clients do. Resolves to the whole reply. */
  async ask(method: string, params?: unknown): Promise<Frame> {
    const id = `ask-${++this.#calls}`;
    this.send({ id, method, ...(params === undefined ? {} : { params }) });
    return await this.frame((frame) => frame.id === id && !frame.event);
  }

  /** Pushes of the original's, in order. */
  get events(): Frame[] {
    return this.frames.filter(({ event }) => event !== undefined);
  }

  /** The first frame, early or late, that fits. */
  frame(fits: (frame: Frame) => unknown, withinMs = 5_000): Promise<Frame> {
    return until(() => this.frames.find((frame) => fits(frame)), {
      withinMs,
      seen: () => ({ closed: this.closed, last: this.frames.slice(-5) }),
    });
  }

  async whenClosed(withinMs = 5_000): Promise<Closed> {
    return await until(() => this.closed, { withinMs });
  }

  close(): void {
    this.raw.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.raw.close();
    if (this.isOpen) await until(() => this.closed, { withinMs: 5_000 });
  }

  #hear(data: unknown): void {
    if (typeof data !== "string") {
      this.binary.push(new Uint8Array(data as ArrayBuffer));
      return;
    }
    try {
      this.frames.push(JSON.parse(data));
    } catch {
      this.frames.push(data);
    }
  }
}
