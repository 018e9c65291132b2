/**
 * A pty with a program on it: bytes out, bytes in, size, and a brake.
 *
 * Bun starts the program, with the pty as its controlling terminal; then the
 * descriptor is ours, because Bun's terminal reads without end and takes any
 * input. The brake is not to read: the kernel makes the program wait. The
 * tty's own flow control would not do: it drops a line's end that falls
 * between the kernel's look for room and its write of CR and LF (Linux 6.18;
 * once in some 64 MiB). Knows no viewers.
 */

import { closeSync, writeSync } from "node:fs";
import type { TerminalSize } from "../protocol/terminal.ts";
import { setWindowSize } from "./libc.ts";
import { takeMaster } from "./pty_master.ts";

/** Read at a stretch; then all others have their turn. */
const TURN_BYTES = 64 * 1024;

/**
 * Output so soon after the last is part of a flood, whose reads of 4 KiB are
 * handed on together at the end of a turn: what each costs on all its way is
 * halved. No person types so fast.
 */
const ALONE_MS = 1;

/** For a program that does not read what is typed: when to try again. */
const FIRST_RETRY_MS = 1;
const MOST_RETRY_MS = 50;

export interface PtyProgram {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
}

export interface PtyEvents {
  /** What came lately: a key's echo at once, a flood in pieces of some size. */
  onOutput(chunks: readonly Uint8Array[]): void;
  /** Some input was taken, and so much is left. */
  onInputTaken(inputBytes: number): void;
  onExit(code: number | null, signal: string | null): void;
  /** Nobody has the terminal open any more: there is no output to come. */
  onEnd(): void;
}

export class Pty {
  readonly #events: PtyEvents;
  readonly #child: Bun.Subprocess;
  readonly #fd: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #isClosed = false;
  #isReleased = false;
  /** Set while the program is made to wait. */
  #held: PromiseWithResolvers<void> | undefined;
  #output: Uint8Array[] = [];
  #handing: NodeJS.Immediate | undefined;
  #handedAt = 0;
  #input: Uint8Array[] = [];
  #inputBytes = 0;
  #retry: Timer | undefined;
  #retryMs = FIRST_RETRY_MS;

  /** @throws what Bun throws if the program cannot be run. */
  constructor({ command, folder, env, size }: PtyProgram, events: PtyEvents) {
    this.#events = events;
    const { child, fd } = takeMaster(() =>
      Bun.spawn([...command], {
        cwd: folder,
        env,
        // Inline: one that is made beforehand is not the controlling terminal.
        terminal: { cols: size.cols, rows: size.rows },
        onExit: (_child, code, signal) =>
          events.onExit(code, signal as string | null),
      })
    );
    this.#child = child;
    this.#fd = fd;
    this.#reader = Bun.file(fd).stream().getReader();
    void this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Input that the program's terminal has not taken yet. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isClosed) return;
    this.#input.push(bytes);
    this.#inputBytes += bytes.length;
    if (this.#retry === undefined) this.#feed();
  }

  resize({ cols, rows }: TerminalSize): void {
    if (!this.#isClosed) setWindowSize(this.#fd, cols, rows);
  }

  /** Makes the program wait when it prints, or lets it go on. */
  hold(isHeld: boolean): void {
    if (isHeld && !this.#isReleased) this.#held ??= Promise.withResolvers();
    else {
      this.#held?.resolve();
      this.#held = undefined;
    }
  }

  /** Lets go of the brake for good, so that the end of the output is seen. */
  release(): void {
    this.#isReleased = true;
    this.hold(false);
  }

  /** Hangs up. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.hold(false);
    this.#handOn();
    clearTimeout(this.#retry);
    this.#input = [];
    this.#inputBytes = 0;
    // It has ended, or is ended by this.
    this.#reader.cancel().catch(() => {});
    closeSync(this.#fd);
  }

  async #read(): Promise<void> {
    let stretch = 0;
    let bytes;
    while ((bytes = await this.#next())) {
      this.#collect(bytes);
      stretch += bytes.length;
      if (stretch < TURN_BYTES) continue;
      stretch = 0;
      this.#handOn();
      // A read that need not wait does not let the loop go round.
      await new Promise((next) => setImmediate(next));
    }
    this.#handOn();
    this.#events.onEnd();
  }

  #collect(bytes: Uint8Array): void {
    this.#output.push(bytes);
    if (this.#handing !== undefined) return;
    if (performance.now() - this.#handedAt > ALONE_MS) return this.#handOn();
    this.#handing = setImmediate(() => this.#handOn());
  }

  #handOn(): void {
    clearImmediate(this.#handing);
    this.#handing = undefined;
    this.#handedAt = performance.now();
    if (this.#output.length === 0) return;
    const chunks = this.#output;
    this.#output = [];
    this.#events.onOutput(chunks);
  }

  /** What the program printed next. Undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    if (this.#held) await this.#held.promise;
    if (this.#isClosed) return undefined;
    try {
      return (await this.#reader.read()).value;
    } catch {
      return undefined; // EIO: on Linux that is how the end is told.
    }
  }

  #feed(): void {
    this.#retry = undefined;
    const before = this.#inputBytes;
    let first;
    while ((first = this.#input[0])) {
      const taken = this.#writeSome(first);
      this.#inputBytes -= taken;
      if (taken === first.length) {
        this.#input.shift();
        continue;
      }
      this.#input[0] = first.subarray(taken);
      this.#retryLater(taken > 0 || this.#inputBytes < before);
      break;
    }
    if (this.#inputBytes < before) this.#events.onInputTaken(this.#inputBytes);
  }

  #retryLater(isMoving: boolean): void {
    this.#retryMs = isMoving
      ? FIRST_RETRY_MS
      : Math.min(2 * this.#retryMs, MOST_RETRY_MS);
    this.#retry = setTimeout(() => this.#feed(), this.#retryMs);
  }

  /** How much the tty took. All of it, where nobody will ever read it. */
  #writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      return code === "EAGAIN" || code === "EINTR" ? 0 : bytes.length;
    }
  }
}
