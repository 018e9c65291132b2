/**
 * A viewer of `/ws/terminal/{id}` or `/term` for tests: assembles what it is
 * sent, and acknowledges it where it has promised to.
 */

import {
  TERMINAL_SUBPROTOCOL,
  type TerminalDown,
} from "../../server/protocol/terminal.ts";
import type { Hypivisor } from "./hypivisor.ts";
import { TestSocket } from "./socket.ts";
import { until } from "./until.ts";

type Down<T extends TerminalDown["type"]> = Extract<TerminalDown, { type: T }>;

export interface ViewOptions {
  /** Offers our subprotocol, and keeps to it. */
  readonly acknowledges?: boolean;
  /** Query, without the token. */
  readonly query?: string;
}

const encoder = new TextEncoder();

export class TerminalView implements AsyncDisposable {
  readonly socket: TestSocket;
  readonly controls: TerminalDown[] = [];
  /** Since the last screen: what painted it, and the live bytes after it. */
  #parts: Uint8Array[] = [];
  #paint = 0;
  stream = "";
  offset = 0;
  screens = 0;
  acks = true;

  private constructor(socket: TestSocket, acknowledges: boolean) {
    this.socket = socket;
    socket.raw.onmessage = ({ data }) => {
      if (typeof data === "string") {
        return this.#control(JSON.parse(data) as TerminalDown, acknowledges);
      }
      this.#bytes(new Uint8Array(data as ArrayBuffer), acknowledges);
    };
  }

  static async open(
    hypivisor: Hypivisor,
    path: string,
    { acknowledges = false, query = "" }: ViewOptions = {},
  ): Promise<TerminalView> {
    const socket = new TestSocket(
      hypivisor.socketUrl(path + (query ? `?${query}` : "")),
      acknowledges ? [TERMINAL_SUBPROTOCOL] : undefined,
    );
    const view = new TerminalView(socket, acknowledges);
    await until(() => socket.isOpen || socket.closed !== undefined);
    if (!socket.isOpen) {
      throw new Error(`Refused: ${JSON.stringify(socket.closed)}`);
    }
    return view;
  }

  /** What is shown, as far as plain text goes. */
  get text(): string {
    return Buffer.concat(this.#parts).toString();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  type(text: string): void {
    this.socket.raw.send(encoder.encode(text));
  }

  last<T extends TerminalDown["type"]>(type: T): Down<T> | undefined {
    return this.controls.findLast((one): one is Down<T> => one.type === type);
  }

  async sees(what: string | RegExp, withinMs = 5_000): Promise<void> {
    await until(
      () =>
        typeof what === "string"
          ? this.text.includes(what)
          : what.test(this.text),
      {
        withinMs,
        seen: () => [this.text.slice(-1_000), this.socket.closed],
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket[Symbol.asyncDispose]();
  }

  #control(frame: TerminalDown, acknowledges: boolean): void {
    this.controls.push(frame);
    if (frame.type !== "screen" && frame.type !== "resumed") return;
    this.stream = frame.stream;
    this.offset = frame.offset;
    if (frame.type === "resumed") return;
    this.screens++;
    this.#paint = frame.bytes;
    this.#parts = [];
    if (acknowledges) this.#ack();
  }

  #bytes(bytes: Uint8Array, acknowledges: boolean): void {
    this.#parts.push(bytes);
    const painted = Math.min(this.#paint, bytes.length);
    this.#paint -= painted;
    this.offset += bytes.length - painted;
    if (acknowledges) this.#ack();
  }

  /** A screen counts as taken when all of it is painted. */
  #ack(): void {
    if (this.#paint > 0 || !this.acks) return;
    this.socket.send({ type: "ack", offset: this.offset });
  }
}
