/**
 * What every socket on a terminal has in common: carries bytes between it and
 * the runner, and has neither side sent faster than the other reads.
 *
 * Knows no dialect: a link (`terminal_link.ts`, `term_link.ts`, `ttyd_link.ts`)
 * says what becomes of a frame. While the viewer's buffer is full the runner is
 * not read; while the runner takes no input the viewer is not read.
 */

import type { Attachment } from "../children/attachment.ts";
import { toWireError } from "../errors.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type { TerminalId, TerminalUp } from "../protocol/terminal.ts";
import type { ViewerChoice } from "../read_terminal.ts";
import type { Net } from "./net.ts";
import { closeIfStillFull, closeSocket, type Socket } from "./socket.ts";

const log = logger("terminal_pipe");

/**
 * What may wait in a viewer's buffer before the runner is not read. As much as
 * the runner sends ahead of an acknowledgement: more would only be older.
 */
const BUFFERED_MAX_BYTES = 256 * 1024;

/** Input that waits for the runner: a paste of that size still goes through. */
const INPUT_MAX_BYTES = 1024 * 1024;

/** What a viewer may say before the runner has answered. */
const EARLY_FRAMES_MAX = 1_000;

/** Of one frame to the runner; it takes up to 4 MiB. */
const PIECE_BYTES = 256 * 1024;

/** The word on why a terminal is gone may come just after its line is cut. */
const LAST_WORD_MS = 50;

/** What a link does with what comes from the runner. */
export interface Dialect {
  control(json: string): void;
  bytes(payload: Uint8Array): void;
  /** The viewer's buffer has room again. */
  drained(): void;
  /** There is no such terminal any more. */
  gone(): void;
}

type Phase =
  | { readonly kind: "opening"; readonly early: Early[] }
  | { readonly kind: "open"; readonly attachment: Attachment }
  | { readonly kind: "closed" };

type Early = Uint8Array | TerminalUp;

/** Bun's socket can stop reading; its type does not know. */
type Pausable = Socket & { pause(): void; resume(): void };

export class TerminalPipe {
  readonly #net: Net;
  readonly #socket: Socket;
  readonly #dialect: Dialect;
  #terminal: TerminalId | undefined;
  #phase: Phase = { kind: "opening", early: [] };
  #earlyBytes = 0;
  /** For the viewer, when its buffer has room. */
  #waiting: (string | Uint8Array)[] = [];
  #waitingBytes = 0;
  #isInputPaused = false;
  /** Set while the viewer's buffer is full. */
  #slow: ReturnType<typeof setTimeout> | undefined;
  /** The viewer asked for a pause. */
  #isHeld = false;
  #isGoingAway = false;
  /** How it is to be closed once all that waits was sent. */
  #ending: { readonly code: number; readonly reason: string } | undefined;

  constructor(net: Net, socket: Socket, dialect: Dialect) {
    this.#net = net;
    this.#socket = socket;
    this.#dialect = dialect;
    net.pipes.add(this);
  }

  /** Bytes for the viewer that have not left this process. */
  get unsent(): number {
    return this.#waitingBytes + this.#socket.getBufferedAmount();
  }

  /** Attaches to a terminal. Never rejects: what goes wrong closes the socket. */
  async attach(terminal: TerminalId, choice: ViewerChoice): Promise<void> {
    this.#terminal = terminal;
    const { children } = this.#net;
    if (!children?.find(terminal)) return this.notFound();
    try {
      const attachment = await children.attach({ terminal, ...choice }, {
        control: (json) => this.#dialect.control(json),
        bytes: (payload) => {
          this.#net.metrics.count(
            "hypivisor_terminal_bytes_out_total",
            payload.length,
          );
          this.#dialect.bytes(payload);
        },
        drained: () => this.#runnerDrained(),
        closed: () => this.#runnerLeft(),
      });
      this.#opened(attachment);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Closes with what went wrong, said to the viewer as far as it may know. */
  fail(thrown: unknown): void {
    const { code, message } = toWireError(thrown);
    if (code === "internal") log.failed("attach_failed", thrown);
    switch (code) {
      case "not_found":
        return this.close(CLOSE.notFound, message);
      case "bad_request":
      case "forbidden":
        return this.close(CLOSE.badFrame, message);
      default:
        return this.close(CLOSE.agentGone, message);
    }
  }

  /** Types. The bytes may be the socket's own: they are copied. */
  type(bytes: Uint8Array): void {
    this.#net.metrics.count("hypivisor_terminal_bytes_in_total", bytes.length);
    const phase = this.#phase;
    if (phase.kind === "opening") {
      this.#earlyBytes += bytes.length;
      return this.#keep(phase.early, bytes.slice());
    }
    if (phase.kind === "open") this.#typeTo(phase.attachment, bytes);
  }

  say(frame: TerminalUp): void {
    const phase = this.#phase;
    if (phase.kind === "opening") return this.#keep(phase.early, frame);
    if (phase.kind !== "open") return;
    phase.attachment.say(frame);
    this.#setInputFlow(phase.attachment);
  }

  /** Sends to the viewer, in order, when its buffer has room. */
  send(frame: string | Uint8Array): void {
    if (this.#phase.kind === "closed" || this.#ending) return;
    if (this.#waiting.length === 0 && !this.#isFull()) this.#sendNow(frame);
    else {
      this.#waiting.push(frame);
      this.#waitingBytes += frame.length;
    }
    if (this.#isFull()) this.#setFlow();
  }

  /** Its terminal was closed by somebody. */
  gone(terminal: TerminalId): void {
    if (terminal === this.#terminal) this.#dialect.gone();
  }

  notFound(): void {
    this.close(CLOSE.notFound, `Cannot find terminal "${this.#terminal}"`);
  }

  /** Stops or goes on reading what the terminal prints. */
  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#setFlow();
  }

  /** The viewer's buffer has taken something. */
  drained(): void {
    // It reads, however slowly: no more than the bound ever waits.
    clearTimeout(this.#slow);
    this.#slow = undefined;
    while (this.#waiting.length > 0 && !this.#isFull()) {
      const frame = this.#waiting.shift() as string | Uint8Array;
      this.#waitingBytes -= frame.length;
      this.#sendNow(frame);
    }
    this.#setFlow();
    if (this.#waiting.length > 0 || this.#isFull()) return;
    if (this.#ending) return this.#close(this.#ending);
    this.#dialect.drained();
  }

  /** Closes once the viewer has been sent all that came before. */
  close(code: number, reason: string): void {
    if (this.#ending || this.#phase.kind === "closed") return;
    this.#ending = { code, reason };
    if (this.#waiting.length === 0) this.#close(this.#ending);
  }

  /**
   * The socket has ended. A viewer that left is taken leave of; when the daemon
   * stops, its place is held for its return.
   *
   * @param isForGood Whatever the reason, nobody comes back to it.
   */
  closed(isForGood = false): void {
    const phase = this.#phase;
    this.#phase = { kind: "closed" };
    clearTimeout(this.#slow);
    this.#net.pipes.delete(this);
    this.#waiting = [];
    if (phase.kind !== "open") return;
    if (this.#isGoingAway && !isForGood) phase.attachment.drop();
    else phase.attachment.leave();
  }

  /** The daemon is stopping. */
  goAway(): void {
    this.#isGoingAway = true;
    closeSocket(this.#socket, CLOSE.goingAway, "Hypivisor is stopping");
  }

  #opened(attachment: Attachment): void {
    const phase = this.#phase;
    if (phase.kind !== "opening") return attachment.leave();
    this.#phase = { kind: "open", attachment };
    for (const frame of phase.early) {
      if (frame instanceof Uint8Array) this.#typeTo(attachment, frame);
      else attachment.say(frame);
    }
    this.#setFlow();
  }

  /** Has the runner read, or not, as the viewer takes what comes. */
  #setFlow(): void {
    const isFull = this.#waiting.length > 0 || this.#isFull();
    if (isFull) {
      const { metrics } = this.#net;
      this.#slow ??= closeIfStillFull(this.#socket, metrics, "256 KiB");
    }
    if (this.#phase.kind !== "open") return;
    if (this.#isHeld || isFull) this.#phase.attachment.pause();
    else this.#phase.attachment.resume();
  }

  #keep(early: Early[], frame: Early): void {
    early.push(frame);
    if (
      early.length <= EARLY_FRAMES_MAX && this.#earlyBytes <= INPUT_MAX_BYTES
    ) return;
    this.close(
      CLOSE.tooSlow,
      "Too much was typed before the terminal was there",
    );
  }

  #typeTo(attachment: Attachment, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      attachment.type(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.#setInputFlow(attachment);
  }

  /** The viewer is not read while the runner does not take what it said. */
  #setInputFlow({ unsent }: Attachment): void {
    if (unsent <= INPUT_MAX_BYTES || this.#isInputPaused) return;
    this.#isInputPaused = true;
    (this.#socket as Pausable).pause();
  }

  #runnerDrained(): void {
    if (!this.#isInputPaused) return;
    this.#isInputPaused = false;
    if (this.#phase.kind === "open") (this.#socket as Pausable).resume();
  }

  #runnerLeft(): void {
    if (this.#phase.kind !== "open") return;
    setTimeout(() => {
      const { children } = this.#net;
      if (this.#terminal && !children?.find(this.#terminal)) this.notFound();
      this.close(CLOSE.agentGone, "Terminal went away: its runner hung up");
    }, LAST_WORD_MS);
  }

  #isFull(): boolean {
    return this.#socket.getBufferedAmount() > BUFFERED_MAX_BYTES;
  }

  #sendNow(frame: string | Uint8Array): void {
    this.#socket.send(frame as string | Uint8Array<ArrayBuffer>);
    this.#net.metrics.count("hypivisor_bytes_out_total", frame.length);
  }

  #close({ code, reason }: { code: number; reason: string }): void {
    closeSocket(this.#socket, code, reason);
  }
}
