/**
 * A stand-in for the daemon's side of uplinks, for tests of pi-socket that need
 * a daemon to misbehave or its frames to be seen one by one.
 *
 * Registers whoever comes and acknowledges what is sent; keeps every frame.
 */

import type { Command } from "../../server/protocol/command.ts";
import type { AgentEvent } from "../../server/protocol/event.ts";
import type {
  Have,
  RegisterFrame,
  UplinkDown,
} from "../../server/protocol/uplink.ts";
import { until } from "./until.ts";

type Up = Record<string, unknown>;

export interface HubOptions {
  readonly port?: number;
  /** Required of every dialler, as `?token=`. */
  readonly token?: string;
  readonly watch?: boolean;
  /** What to answer to `register`; by default the hub's own reply. */
  readonly onRegister?: (frame: RegisterFrame, nth: number) => unknown;
  readonly have?: (frame: RegisterFrame) => Have | null;
  readonly acknowledges?: boolean;
}

export class HubStandIn implements AsyncDisposable {
  readonly frames: Up[] = [];
  readonly registers: RegisterFrame[] = [];
  readonly urls: string[] = [];
  readonly #server: Bun.Server<undefined>;
  readonly #sockets = new Set<Bun.ServerWebSocket<undefined>>();
  bytes = 0;

  constructor(options: HubOptions = {}) {
    const { acknowledges = true, watch = true } = options;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      fetch: (request, server) => {
        this.urls.push(request.url);
        const token = new URL(request.url).searchParams.get("token");
        if (options.token !== undefined && token !== options.token) {
          return new Response("Unauthorized", { status: 401 });
        }
        return server.upgrade(request)
          ? undefined
          : new Response("Bad Request", { status: 400 });
      },
      websocket: {
        maxPayloadLength: 64 * 1024 * 1024,
        open: (socket) => void this.#sockets.add(socket),
        close: (socket) => void this.#sockets.delete(socket),
        message: (socket, data) => {
          const frame = JSON.parse(String(data));
          this.bytes += data.length;
          this.frames.push(frame);
          if (frame.method === "register") {
            this.registers.push(frame);
            const result = {
              status: "registered",
              uplink: 2,
              capabilities: [],
              have: options.have?.(frame) ?? null,
              watch,
            };
            const reply = options.onRegister?.(frame, this.registers.length) ??
              { id: "reg", result };
            socket.send(JSON.stringify(reply));
          }
          if (frame.type === "ping") socket.send('{"type":"pong"}');
          if (acknowledges && typeof frame.seq === "number") {
            socket.send(JSON.stringify({ type: "ack", seq: frame.seq }));
          }
        },
      },
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.port}/ws`;
  }

  get port(): number {
    return this.#server.port as number;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  send(frame: UplinkDown | Record<string, unknown> | string): void {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    for (const socket of this.#sockets) socket.send(text);
  }

  command(id: string, command: Command): void {
    this.send({ type: "command", id, command });
  }

  prompt(id: string, text: string, mode: "steer" | "followUp" = "steer"): void {
    this.command(id, { kind: "prompt", text, mode });
  }

  /** Ends every socket; `undefined` as if the network was cut. */
  drop(code?: number): void {
    for (const socket of this.#sockets) {
      if (code === undefined) socket.terminate();
      else socket.close(code);
    }
  }

  events<T extends AgentEvent["type"]>(
    type: T,
  ): (Extract<AgentEvent, { type: T }> & { seq: number })[] {
    return this.frames.filter((frame) =>
      frame.type === type && typeof frame.seq === "number"
    ) as never;
  }

  /** The newest frame that `fits`, waiting for it if need be. */
  frame(
    what: string,
    fits: (frame: Up) => boolean,
    withinMs = 15_000,
  ): Promise<Up> {
    const seen = () => [what, ...this.frames.slice(-5)];
    return until(() => this.frames.findLast(fits), { withinMs, seen });
  }

  /** The receipt `state` of command `id`. */
  receipt(id: string, state: string): Promise<Up> {
    return this.frame(`receipt ${state} of ${id}`, (frame) => {
      const receipt = frame.receipt as { id: string; state: string };
      return frame.type === "receipt" && receipt.id === id &&
        receipt.state === state;
    });
  }

  /** An item whose JSON contains `text`. */
  item(text: string): Promise<Up> {
    return this.frame(
      `item with ${text}`,
      (frame) => frame.type === "item" && JSON.stringify(frame).includes(text),
    );
  }

  request(method: string, params: Record<string, unknown>): Promise<unknown> {
    const id = Math.floor(Math.random() * 1e9);
    this.send({ type: "request", id, method, params });
    return this.frame(
      `answer to ${method}`,
      (frame) => frame.type === "answer" && frame.id === id,
    ).then((frame) => {
      if (frame.ok) return frame.result;
      throw new Error(JSON.stringify(frame.error));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
