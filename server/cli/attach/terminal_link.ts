/**
 * The link to one terminal of the runner: a WebSocket that comes back, at the
 * place where it was cut off.
 *
 * Says what comes, in its order, and acknowledges what the screen has taken.
 * Does not know the screen: `session.ts` joins the two.
 */

import { HypivisorError } from "../../errors.ts";
import { CLOSE } from "../../protocol/close.ts";
import {
  TERMINAL_SUBPROTOCOL,
  type TerminalDown,
  type TerminalId,
  type TerminalRecord,
  type TerminalSize,
  type TerminalUp,
} from "../../protocol/terminal.ts";
import type { Connection } from "../connection.ts";
import { Reading } from "./reading.ts";
import { Typing } from "./typing.ts";

/** A daemon that is started again listens within a second. */
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;

/** A daemon that has just started may not know its terminals yet. */
const UNKNOWN_FOR_MS = 10_000;

/** A runner that hung up may only have found us too slow. */
const RUNNERLESS_FOR_MS = 2_000;

/** A network that was cut says nothing: whoever is silent is asked. */
const ASK_AFTER_MS = 10_000;

export interface LinkOptions {
  readonly terminal: TerminalId;
  readonly readOnly: boolean;
  /** Shown to the other viewers. */
  readonly name: string;
}

export interface LinkEvents {
  /** The link is there: for the first time, or again. */
  attached(terminal: TerminalRecord): void;
  /** Begin with an empty screen: what comes next paints it. */
  screen(): void;
  /** For the screen; `taken` once they are on it. */
  bytes(bytes: Uint8Array, taken: () => void): void;
  /** What comes next is for a terminal of another size. */
  sized(): void;
  terminal(terminal: TerminalRecord): void;
  /** The link was lost. It is tried again until it is closed. */
  lost(): void;
  /** It will not come back. */
  failed(error: HypivisorError): void;
}

type Phase =
  | { readonly kind: "dialling" }
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: "closed" };

export class TerminalLink implements Disposable {
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  #size: TerminalSize;
  #phase: Phase = { kind: "dialling" };
  #socket: Bun.WebSocket | undefined;
  readonly #reading = new Reading();
  #retryMs = RETRY_MIN_MS;
  /** Until when a terminal that is not known may still turn up. */
  #unknownUntil = 0;
  #heardAt = 0;
  readonly #typing = new Typing();
  readonly #beat: ReturnType<typeof setInterval>;

  constructor(
    connection: Connection,
    size: TerminalSize,
    options: LinkOptions,
    events: LinkEvents,
  ) {
    this.#connection = connection;
    this.#size = size;
    this.#options = options;
    this.#events = events;
    this.#beat = setInterval(() => this.#checkLife(), ASK_AFTER_MS);
    this.#dial();
  }

  /** What is typed goes here. */
  get typing(): Typing {
    return this.#typing;
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#say({ type: "size", ...size });
  }

  /** Has the terminal follow this screen. */
  claim(): void {
    this.#say({ type: "claim" });
  }

  /** Forgets the place: the next link begins with a fresh screen. */
  forgetPlace(): void {
    this.#reading.forget();
  }

  /** Begins anew with a fresh screen, now. */
  refresh(): void {
    this.forgetPlace();
    if (this.#phase.kind === "open") this.#socket?.close();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    if (this.#phase.kind === "waiting") clearTimeout(this.#phase.timer);
    this.#phase = { kind: "closed" };
    this.#socket?.close(1000);
  }

  #dial(): void {
    const { terminal, readOnly, name } = this.#options;
    const { cols, rows } = this.#size;
    const { place } = this.#reading;
    const query = new URLSearchParams({
      cols: String(cols),
      rows: String(rows),
      name,
      ...readOnly ? { readonly: "1" } : {},
      ...place ? { stream: place.stream, offset: String(place.offset) } : {},
    });
    this.#phase = { kind: "dialling" };
    const socket = this.#connection.dial(
      `/ws/terminal/${encodeURIComponent(terminal)}?${query}`,
      [TERMINAL_SUBPROTOCOL],
    );
    this.#socket = socket;
    socket.addEventListener("open", () => this.#heard());
    socket.addEventListener("pong", () => this.#heard());
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket) return;
      this.#heard();
      if (typeof data === "string") this.#hear(JSON.parse(data));
      else this.#take(data as Buffer);
    });
    let failure = "";
    socket.addEventListener("error", (event) => {
      failure = (event as ErrorEvent).message ?? "";
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket === socket) void this.#lost(code, failure);
    });
  }

  #hear(frame: TerminalDown): void {
    switch (frame.type) {
      case "attached":
        this.#opened(frame.terminal);
        return;
      case "screen":
        this.#reading.begin(frame, frame.bytes);
        this.#events.screen();
        return;
      case "resumed":
        this.#reading.begin(frame, 0);
        return;
      case "terminal":
        this.#events.terminal(frame.terminal);
        return;
      case "size":
        this.#events.sized();
        return;
      case "refused": // Keys of a viewer that only reads.
        return;
    }
  }

  #opened(terminal: TerminalRecord): void {
    this.#phase = { kind: "open" };
    this.#retryMs = RETRY_MIN_MS;
    this.#events.attached(terminal);
    if (this.#socket) this.#typing.open(this.#socket);
  }

  #take(bytes: Uint8Array): void {
    for (const { part, place } of this.#reading.take(bytes)) {
      this.#events.bytes(part, () => {
        const offset = place && this.#reading.taken(place);
        if (offset !== undefined) this.#say({ type: "ack", offset });
      });
    }
  }

  #say(message: TerminalUp): void {
    if (this.#phase.kind === "open") {
      this.#socket?.send(JSON.stringify(message));
    }
  }

  #heard(): void {
    this.#heardAt = performance.now();
  }

  #checkLife(): void {
    if (this.#phase.kind !== "open") return;
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs > 2 * ASK_AFTER_MS) this.#socket?.terminate();
    else if (silentMs > ASK_AFTER_MS / 2) this.#socket?.ping();
  }

  async #lost(code: number, failure: string): Promise<void> {
    if (this.#phase.kind === "closed") return;
    const wasOpen = this.#phase.kind === "open";
    this.#typing.close();
    const timer = setTimeout(() => this.#dial(), this.#retryMs);
    this.#phase = { kind: "waiting", timer };
    this.#retryMs = wasOpen
      ? RETRY_MIN_MS
      : Math.min(2 * this.#retryMs, RETRY_MAX_MS);
    if (wasOpen) {
      this.#unknownUntil = performance.now() + patienceFor(code);
      this.#events.lost();
    }
    this.#reading.cut();
    const error = await this.#hopeless(code, failure);
    if (!error) return;
    this[Symbol.dispose]();
    this.#events.failed(error);
  }

  /** Why trying again will not help; undefined if it may. */
  async #hopeless(
    code: number,
    failure: string,
  ): Promise<HypivisorError | undefined> {
    const status = Number(/status code: (\d+)/.exec(failure)?.[1]);
    if (code === CLOSE.unauthorized || status === 401 || status === 403) {
      return await this.#connection.why();
    }
    const isUnknown = code === CLOSE.notFound || status === 404 ||
      code === CLOSE.agentGone;
    if (!isUnknown || performance.now() < this.#unknownUntil) return undefined;
    return new HypivisorError("not_found", "The terminal is gone");
  }
}

/** How long a terminal may be unknown after a link was closed with `code`. */
function patienceFor(code: number): number {
  if (code === CLOSE.notFound) return 0;
  return code === CLOSE.agentGone ? RUNNERLESS_FOR_MS : UNKNOWN_FOR_MS;
}
