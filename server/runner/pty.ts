/**
 * A pty with a program on it: bytes out, bytes in, size, and a brake.
 *
 * A carrier for Bun's terminal, whose gaps it fills: input is handed on in
 * pieces, because Bun takes any amount; output is held by the C library, or by
 * the tty's own flow control where that cannot be had. Knows no viewers.
 */

import { closeSync, constants, openSync } from "node:fs";
import type { OpenSpec } from "../protocol/runner.ts";
import type { TerminalSize } from "../protocol/terminal.ts";
import { holdOutput } from "./libc.ts";

/** Handed to Bun ahead of the tty; the rest waits here, where it is counted. */
const INPUT_AHEAD_BYTES = 64 * 1024;

export interface PtyEvents {
  onOutput(bytes: Uint8Array): void;
  /** Some input was taken: `inputBytes` is less now. */
  onInputTaken(): void;
  onExit(code: number | null, signal: string | null): void;
  /** Nobody has the terminal open any more: there is no output to come. */
  onEnd(): void;
}

export class Pty {
  readonly #events: PtyEvents;
  readonly #child: Bun.Subprocess;
  readonly #findSlave: (pid: number) => string | undefined;
  #terminal: Bun.Terminal | undefined;
  #slave: number | undefined;
  #brake: "none" | "unknown" | "libc" | "flags" = "unknown";
  #input: Uint8Array[] = [];
  #inputBytes = 0;
  #aheadBytes = 0;

  /** @throws what Bun throws if the program cannot be run. */
  constructor(
    spec: Pick<OpenSpec, "command" | "folder" | "env" | "size">,
    findSlave: (pid: number) => string | undefined,
    events: PtyEvents,
  ) {
    this.#events = events;
    this.#findSlave = findSlave;
    this.#child = Bun.spawn([...spec.command], {
      cwd: spec.folder,
      env: spec.env,
      // Inline: one that is made beforehand is not the controlling terminal.
      terminal: {
        cols: spec.size.cols,
        rows: spec.size.rows,
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
    if (this.#brake === "unknown") this.#brake = this.#findBrake();
    if (this.#brake === "libc" && this.#slave !== undefined) {
      holdOutput(this.#slave, isHeld);
    }
  }

  #findBrake(): "none" | "libc" {
    const path = this.#findSlave(this.pid);
    if (path === undefined) return "none";
    try {
      this.#slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
      return "libc";
    } catch {
      return "none";
    }
  }

  /** Lets go of the brake, so that the end of the output can be seen. */
  release(): void {
    if (this.#slave === undefined) return;
    this.hold(false);
    closeSync(this.#slave);
    this.#slave = undefined;
    this.#brake = "none";
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
    this.#events.onInputTaken();
  }
}
