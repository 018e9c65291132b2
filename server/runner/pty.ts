/**
 * A pty with a program on it: bytes out, bytes in, size, and a brake.
 *
 * A carrier for Bun's terminal, whose gaps it fills: input is handed on in
 * pieces, because Bun takes any amount; output is held by the C library, or by
 * the tty's own flow control where that cannot be had. Knows no viewers.
 */

import { closeSync, constants, openSync } from "node:fs";
import type { TerminalSize } from "../protocol/terminal.ts";
import { holdOutput } from "./libc.ts";
import { findProcess } from "./process_table.ts";

/** Handed to Bun ahead of the tty; the rest waits here, where it is counted. */
const INPUT_AHEAD_BYTES = 64 * 1024;

export interface PtyProgram {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
}

export interface PtyEvents {
  onOutput(bytes: Uint8Array): void;
  /** Some input was taken, and so much is left. */
  onInputTaken(inputBytes: number): void;
  onExit(code: number | null, signal: string | null): void;
  /** Nobody has the terminal open any more: there is no output to come. */
  onEnd(): void;
}

/** How the program is made to wait. */
type Brake =
  | { readonly kind: "unknown" }
  | { readonly kind: "slave"; readonly fd: number }
  | { readonly kind: "flags" }
  | { readonly kind: "released" };

const IXON = process.platform === "darwin" ? 0x200 : 0x400;
const XOFF = "\x13";

export class Pty {
  readonly #events: PtyEvents;
  readonly #child: Bun.Subprocess;
  #terminal: Bun.Terminal | undefined;
  #brake: Brake = { kind: "unknown" };
  #input: Uint8Array[] = [];
  #inputBytes = 0;
  #aheadBytes = 0;

  /** @throws what Bun throws if the program cannot be run. */
  constructor(
    { command, folder, env, size }: PtyProgram,
    events: PtyEvents,
  ) {
    this.#events = events;
    this.#child = Bun.spawn([...command], {
      cwd: folder,
      env,
      // Inline: one that is made beforehand is not the controlling terminal.
      terminal: {
        cols: size.cols,
        rows: size.rows,
        data: (_terminal, bytes) => events.onOutput(bytes),
        drain: () => this.#onDrain(),
        exit: () => events.onEnd(),
      },
      onExit: (_child, code, signal) =>
        events.onExit(code, signal as string | null),
    });
    this.#terminal = this.#child.terminal;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Input that the program's terminal has not taken yet. */
  get inputBytes(): number {
    return this.#inputBytes + this.#aheadBytes;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#input.push(bytes);
    this.#inputBytes += bytes.length;
    this.#feed();
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#terminal?.resize(cols, rows);
  }

  /** Makes the program wait when it prints, or lets it go on. */
  hold(isHeld: boolean): void {
    if (this.#brake.kind === "unknown") this.#brake = findBrake(this.pid);
    switch (this.#brake.kind) {
      case "slave":
        holdOutput(this.#brake.fd, isHeld);
        return;
      case "flags":
        return this.#holdByFlags(isHeld);
    }
  }

  /** Lets go of the brake for good, so that the end of the output is seen. */
  release(): void {
    if (this.#brake.kind === "released") return;
    if (this.#brake.kind !== "unknown") this.hold(false);
    if (this.#brake.kind === "slave") closeSync(this.#brake.fd);
    this.#brake = { kind: "released" };
  }

  /**
   * As a person would with ^S. It reaches the tty only if the program reads its
   * input, and the kernel lets go by itself when the flag is taken away.
   */
  #holdByFlags(isHeld: boolean): void {
    const terminal = this.#terminal;
    if (!terminal) return;
    if (isHeld) {
      terminal.inputFlags |= IXON;
      terminal.write(XOFF);
    } else terminal.inputFlags &= ~IXON;
  }

  /** Hangs up. Bun keeps a descriptor until this is called. */
  close(): void {
    this.release();
    this.#terminal?.close();
    this.#terminal = undefined;
    this.#input = [];
    this.#inputBytes = 0;
    this.#aheadBytes = 0;
  }

  #feed(): void {
    let first;
    while (this.#aheadBytes < INPUT_AHEAD_BYTES && (first = this.#input[0])) {
      const room = INPUT_AHEAD_BYTES - this.#aheadBytes;
      const part = first.subarray(0, room);
      if (part.length === first.length) this.#input.shift();
      else this.#input[0] = first.subarray(part.length);
      this.#inputBytes -= part.length;
      this.#aheadBytes += part.length;
      this.#terminal?.write(part as Uint8Array<ArrayBuffer>);
    }
  }

  /** Bun tells when all that it was given is with the tty. */
  #onDrain(): void {
    this.#aheadBytes = 0;
    this.#feed();
    this.#events.onInputTaken(this.inputBytes);
  }
}

/** Looked for when it is first needed: most terminals never need it. */
function findBrake(pid: number): Brake {
  const number = findProcess(pid)?.pty;
  if (number === undefined) return { kind: "flags" };
  try {
    const flags = constants.O_RDWR | constants.O_NOCTTY;
    return { kind: "slave", fd: openSync(`/dev/pts/${number}`, flags) };
  } catch {
    return { kind: "flags" };
  }
}
