/**
 * The uplink: the one WebSocket that this agent holds to its hypivisor.
 *
 * Dials, registers, tells whether the other side still answers, and dials
 * again for ever. Carries frames and decides nothing about their content; what
 * the agent is and does comes from `UplinkOwner`.
 */

import { CLOSE } from "../server/protocol/close.ts";
import type {
  RegisteredFrame,
  RegisterFrame,
  UplinkDown,
} from "../server/protocol/uplink.ts";
import { Backoff } from "./backoff.ts";
import type { Boundary } from "./boundary.ts";
import type { FeedLink } from "./feed.ts";
import type { Log } from "./log.ts";
import { readDown } from "./read_down.ts";

/** A stopped daemon accepts connections and then says nothing. */
const REGISTER_WITHIN_MS = 10_000;
const PING_EVERY_MS = 10_000;
/** Any frame counts as an answer. */
const ANSWER_WITHIN_MS = 10_000;
/** One that ends sooner does not count as reached: no hot loop of greetings. */
const STEADY_AFTER_MS = 5_000;
/** The standard's own code for a frame over the other side's bound. */
const TOO_BIG = 1009;
/** Ids to try before a hub that knows them all is left alone for a while. */
const IDS_MAX = 5;
/** The original forgets a node that it does not hear of. */
const LEGACY_REGISTER_EVERY_MS = 30_000;

export interface UplinkOwner {
  /** The URL with its token, looked up anew for every attempt. */
  url(): Promise<string>;
  registration(): RegisterFrame;
  /** Another process holds our id: from now on use another. */
  takeOtherId(): void;
  opened(link: FeedLink, reply: RegisteredFrame["result"]): void;
  received(frame: UplinkDown): void;
  /** @param isRefused The hub could not read what it was sent. */
  closed(isRefused: boolean): void;
}

type State =
  | "waiting" // Until the next attempt.
  | "dialling" // Until the register reply.
  | "open"
  | "legacy" // Registered with a hypivisor of the original.
  | "ended";

export class Uplink {
  readonly #owner: UplinkOwner;
  readonly #boundary: Boundary;
  readonly #log: Log;
  readonly #backoff = new Backoff();
  #state: State = "waiting";
  #socket: WebSocket | undefined;
  #openedAt = 0;
  /** In the eyes of the hub that is dialled. */
  #idsTaken = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was logged last: a change is logged, an attempt is not. */
  #logged = "";

  constructor(owner: UplinkOwner, boundary: Boundary, log: Log) {
    this.#owner = owner;
    this.#boundary = boundary;
    this.#log = log;
  }

  start(): void {
    if (typeof WebSocket !== "function") {
      this.#note("warn", "no WebSocket in this runtime, no uplink");
      this.#state = "ended";
      return;
    }
    this.#later(0, () => this.#dial());
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** Bytes that wait for the other side to read. */
  get buffered(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Hangs up for good. */
  end(): void {
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #dial(): Promise<void> {
    const url = await this.#owner.url().catch(() => undefined);
    if (this.#state === "ended") return;
    if (url === undefined) {
      this.#note("warn", "HYPIVISOR_WS is not a URL");
      return this.#retry(this.#backoff.longest());
    }
    this.#state = "dialling";
    this.#idsTaken = 0;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch {
      this.#note("warn", "cannot dial the hypivisor");
      return this.#retry(this.#backoff.longest());
    }
    this.#socket = socket;
    this.#later(REGISTER_WITHIN_MS, () => this.#drop("no connection"));
    const on = (type: string, fn: (event: Event) => void) =>
      socket.addEventListener(
        type,
        this.#boundary(`uplink.${type}`, (event: Event) => {
          // A socket given up keeps its listeners: its late errors and
          // closes must be heard by somebody, and must change nothing.
          if (this.#socket === socket) fn(event);
        }),
      );
    on("open", () => this.#register());
    on("message", (event) => this.#receive((event as MessageEvent).data));
    on("error", () => {});
    on("close", (event) => {
      const { code, reason } = event as CloseEvent;
      this.#closed(code, reason);
    });
  }

  #register(): void {
    this.#later(REGISTER_WITHIN_MS, () => this.#drop("no register reply"));
    this.send(JSON.stringify(this.#owner.registration()));
  }

  #receive(data: unknown): void {
    if (typeof data !== "string") return;
    const frame = parse(data);
    if (!frame) return;
    if (frame.id === "reg") return this.#answered(frame);
    if (this.#state !== "open") return;
    this.#later(PING_EVERY_MS, () => this.#ping());
    const down = readDown(frame);
    if (down) this.#owner.received(down);
  }

  #answered(frame: Record<string, unknown>): void {
    if (this.#state !== "dialling" && this.#state !== "legacy") return;
    if (frame.error !== undefined) {
      if (frame.error !== "Node id in use") {
        this.#note("warn", "registration refused", { error: frame.error });
        return this.#drop("registration refused");
      }
      if (++this.#idsTaken >= IDS_MAX) return this.#drop("every id is in use");
      this.#log.write("warn", "uplink", "node id in use, taking another");
      this.#owner.takeOtherId();
      return this.#register();
    }
    const result = frame.result as RegisteredFrame["result"] | undefined;
    if (this.#state === "dialling") this.#openedAt = Date.now();
    if (typeof result?.uplink !== "number") {
      this.#state = "legacy";
      this.#note("info", "registered with a hypivisor of the original");
      return this.#later(LEGACY_REGISTER_EVERY_MS, () => this.#register());
    }
    this.#state = "open";
    this.#note("info", "registered");
    this.#later(PING_EVERY_MS, () => this.#ping());
    const socket = this.#socket as WebSocket;
    this.#owner.opened({
      send: (text) => this.#socket === socket && this.send(text),
      buffered: () => socket.bufferedAmount,
    }, result);
  }

  #ping(): void {
    this.send('{"type":"ping"}');
    this.#later(ANSWER_WITHIN_MS, () => this.#drop("no answer"));
  }

  /** Gives the socket up without waiting for its close handshake. */
  #drop(reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#note("warn", "uplink lost", { reason });
    if (this.#wasSteady()) this.#backoff.reset();
    this.#lost(this.#backoff.next());
    socket?.close();
  }

  #closed(code: number, reason: string): void {
    this.#socket = undefined;
    const wasSteady = this.#wasSteady();
    if (wasSteady) this.#backoff.reset();
    const wasOpen = this.#state === "open" || this.#state === "legacy";
    if (wasOpen) this.#note("warn", "uplink lost", { code, reason });
    else this.#note("warn", "cannot reach the hypivisor", { code });
    if (code === CLOSE.replaced || code === CLOSE.protocolTooOld) {
      return this.#lost(this.#backoff.longest());
    }
    if (code === CLOSE.badFrame || code === TOO_BIG) {
      return this.#lost(this.#backoff.next(), true);
    }
    // A daemon that stops in order is mostly one that starts again.
    const isRestart = wasSteady && code === CLOSE.goingAway;
    this.#lost(isRestart ? 0 : this.#backoff.next());
  }

  #wasSteady(): boolean {
    return (this.#state === "open" || this.#state === "legacy") &&
      Date.now() - this.#openedAt > STEADY_AFTER_MS;
  }

  #lost(waitMs: number, isRefused = false): void {
    const wasOpen = this.#state === "open";
    if (this.#state === "ended") return;
    this.#retry(waitMs);
    if (wasOpen) this.#owner.closed(isRefused);
  }

  #retry(waitMs: number): void {
    this.#state = "waiting";
    this.#later(waitMs, () => this.#dial());
  }

  /** There is one timer: for whatever has to happen next. */
  #later(ms: number, fn: () => unknown): void {
    clearTimeout(this.#timer);
    if (this.#state === "ended") return;
    this.#timer = setTimeout(this.#boundary("uplink.timer", fn), ms);
    this.#timer.unref?.();
  }

  #note(
    level: "info" | "warn",
    msg: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const now = JSON.stringify([msg, fields]);
    if (now === this.#logged) return;
    this.#logged = now;
    this.#log.write(level, "uplink", msg, fields);
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const frame = JSON.parse(text);
    const isRecord = typeof frame === "object" && frame !== null;
    return isRecord ? frame : undefined;
  } catch {
    return undefined; // Garbage is nothing to act on.
  }
}
