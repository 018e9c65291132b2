/**
 * The terminal this program runs in, while it shows another: raw keys in,
 * bytes out in order, its size, and the way back.
 *
 * The way back is taken on every exit that can be seen: return, exception,
 * signal. Does not know what the bytes mean.
 */

import { write, writeSync } from "node:fs";
import { constants } from "node:os";
import type { TerminalSize } from "../../protocol/terminal.ts";
import { TERMINAL_SIDE_MAX } from "../../protocol/terminal.ts";

/** Of one write: a slow line still gets its keys through in between. */
const PIECE_BYTES = 16 * 1024;

/** Somebody made it non-blocking: when it is full it is tried again. */
const FULL_WAIT_MS = 5;

/** Signals that end us. Their number is added to 128, as shells count. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Undoes what a program may have set and not put back: it may still be running,
 * or was cut off. Each line is harmless where nothing was set.
 */
const RESET = [
  "\x1b[?2026l", // Show at once what is drawn.
  "\x1b[<99u\x1b[>4m", // Keys as they always were: kitty's, xterm's.
  "\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l", // No mouse.
  "\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l",
  "\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?2048l", // No reports, no marks.
  "\x1b[?1l\x1b>", // Cursor keys and keypad as usual.
  "\x1b[?6l\x1b[?69l\x1b[r", // The whole screen scrolls.
  "\x1b[4l\x1b[20l\x1b[?7h", // Letters replace, lines wrap.
  "\x1b(B\x0f\x1b[0m", // Plain letters.
  "\x1b]8;;\x1b\\", // No link.
  "\x1b[0 q\x1b[?25h", // The usual cursor, and visible.
].join("");

/** Kitty's keys are kept per screen: both are reset. */
const LEAVE_OTHER_SCREEN = `${RESET}\x1b[?1049l`;

const KEEP_TITLE = "\x1b[22;0t";
const GIVE_TITLE_BACK = "\x1b[23;0t";
const CLEAR = "\x1b[H\x1b[2J";

interface Piece {
  readonly bytes: Uint8Array;
  readonly done: () => void;
}

export interface LocalEvents {
  input(bytes: Uint8Array): void;
  resized(size: TerminalSize): void;
  /** It was stopped and goes on: the screen is no longer what it was. */
  continued(): void;
  /** It is gone, or we are told to end: with this exit code. */
  ended(code: number): void;
}

export class LocalTerminal implements Disposable {
  readonly #events: LocalEvents;
  readonly #undo: (() => void)[] = [];
  #queue: Piece[] = [];
  #isWriting = false;
  #isGone = false;
  #idle: (() => void)[] = [];

  /** Takes the terminal over. It is given back when this is disposed of. */
  constructor(events: LocalEvents) {
    this.#events = events;
    makeRaw();
    this.#on(process, "exit", () => this[Symbol.dispose]());
    this.#on(process.stdin, "data", (bytes) => events.input(bytes as Buffer));
    for (const name of ["end", "error"]) {
      this.#on(process.stdin, name, () => this.#gone());
    }
    for (const name of ENDING) {
      const code = 128 + constants.signals[name];
      this.#on(process, name, () => events.ended(code));
    }
    this.#on(process, "SIGWINCH", () => events.resized(this.size));
    this.#on(process, "SIGCONT", () => {
      // The shell has set its own modes meanwhile; ours count as set already.
      process.stdin.setRawMode(false);
      makeRaw();
      events.continued();
    });
    // What is there stays in the scrollback, above what comes.
    const rows = "\r\n".repeat(this.size.rows);
    this.write(Buffer.from(KEEP_TITLE + rows + CLEAR));
  }

  get size(): TerminalSize {
    const { columns = 80, rows = 24 } = process.stdout;
    const side = (n: number) => Math.min(Math.max(n, 1), TERMINAL_SIDE_MAX);
    return { cols: side(columns), rows: side(rows) };
  }

  /** Stops and starts reading: what is typed meanwhile waits in the system. */
  set isReading(isReading: boolean) {
    if (isReading) process.stdin.resume();
    else process.stdin.pause();
  }

  /** Writes behind what is still to be written; `done` once it is taken. */
  write(bytes: Uint8Array, done: () => void = () => {}): void {
    this.#queue.push({ bytes, done });
    if (!this.#isWriting) this.#next();
  }

  /** Begins with an empty screen. */
  clear(): void {
    this.write(Buffer.from(LEAVE_OTHER_SCREEN + RESET + CLEAR));
  }

  /**
   * The whole screen scrolls again, as after a resize: programs count on that,
   * and this terminal may have had its size all along.
   */
  forgetRegion(): void {
    this.write(Buffer.from("\x1b7\x1b[r\x1b8"));
  }

  /** A line at the bottom, over what is there. The screen must be painted anew. */
  notice(text: string): void {
    const { cols, rows } = this.size;
    const line = ` ${text}`.slice(0, cols).padEnd(cols);
    this.write(
      Buffer.from(`\x1b7\x1b[r\x1b[${rows};1H\x1b[0;7m${line}\x1b[0m\x1b8`),
    );
  }

  /** Forgets what is not being written yet. */
  dropUnwritten(): void {
    this.#queue = [];
  }

  /** Resolves when all is written, or never will be. */
  async flushed(): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.splice(0)) undo();
    if (this.#isGone) return;
    this.#isGone = true;
    process.stdin.pause();
    try {
      process.stdin.setRawMode(false);
      const bottom = `\x1b[${this.size.rows};1H\r\n`;
      writeSync(1, LEAVE_OTHER_SCREEN + RESET + GIVE_TITLE_BACK + bottom);
    } catch {
      // The terminal was closed: there is nothing to restore.
    }
  }

  #next(): void {
    const piece = this.#queue.shift();
    if (!piece || this.#isGone) {
      this.#isWriting = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#isWriting = true;
    // Not process.stdout: that would stand still until a slow line has taken
    // all of it (Bun 1.4.5), and no key would get through.
    write(
      1,
      piece.bytes,
      0,
      Math.min(piece.bytes.length, PIECE_BYTES),
      null,
      (error, written) => {
        const isFull = error?.code === "EAGAIN";
        if (error && !isFull) return this.#gone();
        const left = piece.bytes.subarray(isFull ? 0 : written);
        if (left.length > 0) this.#queue.unshift({ ...piece, bytes: left });
        else piece.done();
        if (isFull) setTimeout(() => this.#next(), FULL_WAIT_MS);
        else this.#next();
      },
    );
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#isWriting = false;
    for (const resolve of this.#idle.splice(0)) resolve();
    this.#events.ended(128 + constants.signals.SIGHUP);
  }

  #on(
    emitter: NodeJS.EventEmitter,
    name: string,
    listener: (value?: unknown) => void,
  ): void {
    emitter.on(name, listener);
    this.#undo.push(() => emitter.off(name, listener));
  }
}

/**
 * Bytes pass as they are, in both directions. Bun 1.4.5, as libuv, leaves it to
 * the terminal to make two of a line end, and programs that draw use a bare one
 * to go down; `setRawMode(false)` puts that back as well.
 */
function makeRaw(): void {
  process.stdin.setRawMode(true);
  try {
    Bun.spawnSync(["stty", "-opost"], {
      stdio: ["inherit", "ignore", "ignore"],
    });
  } catch {
    // There is none on this system: some programs may look odd.
  }
}
