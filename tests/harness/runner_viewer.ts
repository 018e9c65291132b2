/**
 * A viewer of a runner's terminal, for tests: assembles what it is sent, and
 * acknowledges it unless told not to.
 */

import {
  FRAME_KIND,
  type RunnerMethods,
} from "../../server/protocol/runner.ts";
import type {
  TerminalDown,
  TerminalRecord,
  TerminalSize,
} from "../../server/protocol/terminal.ts";
import type { FrameKind } from "../../server/frames.ts";
import { RunnerClient } from "./runner_client.ts";
import { until } from "./until.ts";

type Down<T extends TerminalDown["type"]> = Extract<TerminalDown, { type: T }>;

/** Anything a screen must be told, in order. */
export type Heard =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | Down<"screen">
  | Down<"size">;

const encoder = new TextEncoder();

/** As the page does: often enough for the window never to run dry. */
const ACK_EVERY_BYTES = 32 * 1024;
/** The rest too: a viewer that is behind gets its screen after the last ack. */
const ACK_WITHIN_MS = 50;

export class RunnerViewer implements Disposable {
  readonly client: RunnerClient;
  readonly controls: TerminalDown[] = [];
  /** In order; emptied at a `screen`, where all begins anew. */
  heard: Heard[] = [];
  /** Whether to keep what is heard; a flood is only counted. */
  keeps = true;
  acks = true;
  stream = "";
  offset = 0;
  screens = 0;
  size: TerminalSize | undefined;
  terminal: TerminalRecord | undefined;
  #paint = 0;
  #acked = 0;
  #ackTimer: Timer | undefined;
  /** Of live bytes only. */
  onBytes: ((bytes: Uint8Array) => void) | undefined;

  private constructor(client: RunnerClient) {
    this.client = client;
    client.onFrame = (kind, payload) => this.#take(kind, payload);
  }

  /** @param prepare Called before the first byte can come. */
  static async attach(
    path: string,
    params: RunnerMethods["attach"]["params"],
    prepare: (viewer: RunnerViewer) => void = () => {},
  ): Promise<RunnerViewer> {
    const client = await RunnerClient.connect(path);
    const viewer = new RunnerViewer(client);
    prepare(viewer);
    await client.call("attach", params);
    return viewer;
  }

  /** The live bytes, or with a screen what painted it and then those. */
  get text(): string {
    const parts = this.heard.flatMap((one) =>
      one.type === "bytes" ? [one.bytes] : []
    );
    return Buffer.concat(parts).toString();
  }

  type(text: string): void {
    this.client.sendBytes(encoder.encode(text));
  }

  async sees(what: string | RegExp, withinMs = 5_000): Promise<void> {
    await until(
      () =>
        typeof what === "string"
          ? this.text.includes(what)
          : what.test(this.text),
      { withinMs, seen: () => this.text.slice(-1_500) },
    );
  }

  resize(size: TerminalSize): void {
    this.client.send({ type: "size", ...size });
  }

  /** Whether all that paints its screen is here. */
  get isPainted(): boolean {
    return this.screens > 0 && this.#paint === 0;
  }

  ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#acked = this.offset;
    this.client.send({ type: "ack", offset: this.offset });
  }

  /** Leaves as a viewer should. */
  leave(): void {
    this.client.send({ type: "bye" });
    this.client.close();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#ackTimer);
    this.client.close();
  }

  #take(kind: FrameKind, payload: Uint8Array): void {
    if (kind === FRAME_KIND.bytes) return this.#takeBytes(payload);
    const message = JSON.parse(Buffer.from(payload).toString()) as TerminalDown;
    this.controls.push(message);
    switch (message.type) {
      case "screen":
        this.#paint = message.bytes;
        this.screens++;
        this.heard = [message];
        this.size = message.size;
        return this.#begin(message.stream, message.offset);
      case "resumed":
        return this.#begin(message.stream, message.offset);
      case "size":
        this.size = message.size;
        this.heard.push(message);
        return;
      case "attached":
      case "terminal":
        this.terminal = message.terminal;
    }
  }

  #begin(stream: string, offset: number): void {
    this.stream = stream;
    this.offset = offset;
    if (this.#paint === 0 && this.acks) this.ack();
  }

  #ackRest(): void {
    this.#ackTimer = undefined;
    if (this.acks) this.ack();
  }

  #takeBytes(bytes: Uint8Array): void {
    if (this.keeps) this.heard.push({ type: "bytes", bytes });
    if (this.#paint > 0) {
      this.#paint -= bytes.length;
      if (this.#paint === 0 && this.acks) this.ack();
      return;
    }
    this.offset += bytes.length;
    this.onBytes?.(bytes);
    if (!this.acks) return;
    if (this.offset - this.#acked >= ACK_EVERY_BYTES) this.ack();
    else this.#ackTimer ??= setTimeout(() => this.#ackRest(), ACK_WITHIN_MS);
  }
}
