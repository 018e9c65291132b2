/**
 * A WebSocket that comes back.
 *
 * Owns one socket at a time, its heartbeat and its retries, and says in `state`
 * how it is. Does not know what the frames mean: `rpc.ts` and the models do.
 * Text frames are JSON; binary ones are bytes, in their order among them.
 * The browser is an argument, so that tests need neither sockets nor time.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { CLOSE } from "../server/protocol/close.ts";
import type { UnixMs } from "../server/protocol/node.ts";
import { backoffMs } from "./backoff.ts";

export type LinkState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "open"; readonly since: UnixMs }
  /** Open, but nothing was heard for 15 s. */
  | { readonly kind: "stale"; readonly lastHeardAt: UnixMs }
  | {
    readonly kind: "waiting";
    readonly retryAt: UnixMs;
    readonly lastHeardAt: UnixMs | null;
  }
  | { readonly kind: "signedOut" }
  /** The other side says that trying again will not help. */
  | { readonly kind: "gone"; readonly reason: string };

/** What a link needs of a socket. */
export interface Socket {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** As the browser numbers it. */
  readonly readyState: number;
  /** Bytes that were sent and are still in this browser. */
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

/** What a link needs of the browser around it. */
export interface LinkPort {
  open(path: string, protocols: readonly string[]): Socket;
  now(): UnixMs;
  /** From 0 to below 1. */
  random(): number;
  /** Returns the undo. */
  after(ms: number, run: () => void): () => void;
  /** Undefined if the server could not be asked. */
  isSignedIn(): Promise<boolean | undefined>;
  /** Calls `run` when the tab, the device or the network wakes up. */
  onWake(run: () => void): () => void;
}

export interface LinkOptions {
  /** Asked anew for every attempt: it may name a place to resume from. */
  path(): string;
  readonly protocols?: readonly string[];
  /** Silence means nothing here: its owner calls `renew` if it knows better. */
  readonly isQuiet?: boolean;
}

/** The server beats every 10 s; one may be late. */
export const STALE_AFTER_MS = 15_000;

/** After a link went stale, for so long an answer to our ping is awaited. */
const STALE_GRACE_MS = 5_000;

/** On waking up a dead socket should be found while the person still looks. */
const WAKE_ANSWER_MS = 2_000;

/** A socket that is not open by then is on a network that swallows packets. */
const OPEN_WITHIN_MS = 10_000;

/** A refused upgrade looks like a dead network; after two it is looked into. */
const PROBE_AFTER_ATTEMPTS = 2;

const PING = JSON.stringify({ jsonrpc: "2.0", id: "ping", method: "ping" });

export class Link {
  readonly #state = signal<LinkState>({ kind: "connecting", attempt: 0 });
  readonly #listeners = new Set<(frame: object) => void>();
  readonly #byteListeners = new Set<(bytes: Uint8Array) => void>();
  readonly #options: LinkOptions;
  readonly #port: LinkPort;
  #socket: Socket | undefined;
  #attempt = 0;
  #lastHeardAt: UnixMs | null = null;
  #cancelTimer: (() => void) | undefined;
  #stopWake: (() => void) | undefined;

  constructor(options: LinkOptions, port: LinkPort) {
    this.#options = options;
    this.#port = port;
  }

  get state(): ReadonlySignal<LinkState> {
    return this.#state;
  }

  /** Connects, and from now on reconnects. Does nothing if it does already. */
  start(): void {
    if (this.#stopWake) return;
    this.#stopWake = this.#port.onWake(() => this.#wake());
    this.#connect();
  }

  /** Closes and stays closed until the next `start`. */
  stop(): void {
    this.#stopWake?.();
    this.#stopWake = undefined;
    this.#dropSocket();
    this.#attempt = 0;
    this.#state.value = { kind: "connecting", attempt: 0 };
  }

  /** Connects at once instead of at the end of the wait. */
  retryNow(): void {
    if (!this.#stopWake || this.#state.peek().kind === "open") return;
    this.#dropSocket();
    this.#connect();
  }

  /** Leaves a socket that looks open and may be dead for a new one. */
  renew(): void {
    if (this.#state.peek().kind !== "open") return;
    this.#dropSocket();
    this.#connect();
  }

  /** Whether it went out; false if there is no open socket. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    const { kind } = this.#state.peek();
    if (kind !== "open" && kind !== "stale") return false;
    // A socket that the other side has begun to close takes everything, and
    // drops it; we are told only when it is closed.
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Bytes that were sent and did not leave this browser yet. */
  get waitingBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Calls `listener` with every JSON object that arrives. Returns the undo. */
  onFrame(listener: (frame: object) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with the content of every binary frame. Returns the undo. */
  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    this.#byteListeners.add(listener);
    return () => this.#byteListeners.delete(listener);
  }

  #connect(): void {
    this.#state.value = { kind: "connecting", attempt: this.#attempt };
    const { path, protocols = [] } = this.#options;
    const socket = this.#port.open(path(), protocols);
    this.#socket = socket;
    this.#setTimer(OPEN_WITHIN_MS, () => this.#retryLater());

    socket.onopen = () => {
      const now = this.#port.now();
      this.#lastHeardAt = now;
      this.#state.value = { kind: "open", since: now };
      this.#watchSilence();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  #receive(data: unknown): void {
    const now = this.#port.now();
    this.#lastHeardAt = now;
    this.#attempt = 0;
    if (this.#state.peek().kind === "stale") {
      this.#state.value = { kind: "open", since: now };
    }
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      for (const listener of [...this.#byteListeners]) listener(bytes);
      return;
    }
    const frame = readFrame(data);
    if (!frame) return;
    for (const listener of [...this.#listeners]) listener(frame);
  }

  #closed(code: number, reason: string): void {
    switch (code) {
      case CLOSE.unauthorized:
        return this.#end({ kind: "signedOut" });
      case CLOSE.notFound:
      case CLOSE.protocolTooOld:
        return this.#end({ kind: "gone", reason: reason || "Not found" });
      default:
        return this.#retryLater();
    }
  }

  #end(state: LinkState): void {
    this.#dropSocket();
    this.#state.value = state;
  }

  #retryLater(): void {
    this.#dropSocket();
    this.#attempt++;
    const wait = backoffMs(this.#attempt, this.#port.random());
    this.#state.value = {
      kind: "waiting",
      retryAt: this.#port.now() + wait,
      lastHeardAt: this.#lastHeardAt,
    };
    this.#setTimer(wait, () => this.#connect());
    if (this.#attempt >= PROBE_AFTER_ATTEMPTS) this.#probe();
  }

  #probe(): void {
    const attempt = this.#attempt;
    this.#port.isSignedIn().then((signedIn) => {
      // A later attempt may have got through while the question was out.
      if (signedIn === false && this.#attempt === attempt && this.#stopWake) {
        this.#end({ kind: "signedOut" });
      }
    });
  }

  #watchSilence(): void {
    if (this.#options.isQuiet) return this.#cancelTimer?.();
    const quietMs = this.#port.now() - (this.#lastHeardAt ?? 0);
    if (quietMs >= STALE_AFTER_MS + STALE_GRACE_MS) return this.#retryLater();
    if (quietMs >= STALE_AFTER_MS) {
      if (this.#state.peek().kind === "open") {
        this.#state.value = {
          kind: "stale",
          lastHeardAt: this.#lastHeardAt ?? 0,
        };
        this.send(PING);
      }
      return this.#setTimer(
        STALE_AFTER_MS + STALE_GRACE_MS - quietMs,
        () => this.#watchSilence(),
      );
    }
    this.#setTimer(STALE_AFTER_MS - quietMs, () => this.#watchSilence());
  }

  #wake(): void {
    const state = this.#state.peek();
    if (state.kind === "waiting") return this.retryNow();
    if (state.kind !== "open" && state.kind !== "stale") return;
    if (this.#options.isQuiet) return;
    const heardAt = this.#lastHeardAt;
    this.send(PING);
    this.#setTimer(WAKE_ANSWER_MS, () => {
      if (this.#lastHeardAt !== heardAt) return this.#watchSilence();
      this.#dropSocket();
      this.#connect();
    });
  }

  #dropSocket(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #setTimer(ms: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#port.after(ms, run);
  }
}

function readFrame(data: unknown): object | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    return frame instanceof Object ? frame : undefined;
  } catch {
    // Not ours to understand; the beat of the link is what it is good for.
    return undefined;
  }
}
