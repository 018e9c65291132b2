/**
 * One client of ttyd on `/ws/terminal/{id}`: each frame begins with a byte that
 * says what it is.
 *
 * Unlike there the terminal outlives the socket, `2` (pause) is heeded, and the
 * hello's `AuthToken` is not asked for: who got here has passed the guard.
 */

import { toWireError } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import {
  TERMINAL_SIDE_MAX,
  type TerminalDown,
  type TerminalId,
  type TerminalRecord,
  type TerminalSize,
} from "../protocol/terminal.ts";
import { integer, object, optional, parseJson, refuse } from "../read.ts";
import type { ViewerChoice } from "../read_terminal.ts";
import type { Net } from "./net.ts";
import type { Carrier, Socket } from "./socket.ts";
import { Taker } from "./taker.ts";
import { TerminalPipe } from "./terminal_pipe.ts";

const UP = { input: "0", resize: "1", pause: "2", resume: "3", hello: "{" };
const DOWN = { output: 0x30, title: 0x31, preferences: 0x32 };

/** Has a screen forget all it shows, before it is painted anew. */
const RESET = "\x1bc";

const NORMAL = 1_000;

const side = optional(integer(0, TERMINAL_SIDE_MAX));
const readSize = object({ columns: side, rows: side });

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class TtydLink implements Carrier {
  readonly #net: Net;
  readonly #terminal: TerminalId;
  readonly #choice: ViewerChoice;
  #pipe: TerminalPipe | undefined;
  #taker: Taker | undefined;
  #hasGreeted = false;
  #screens = 0;

  constructor(net: Net, terminal: TerminalId, choice: ViewerChoice) {
    this.#net = net;
    this.#terminal = terminal;
    this.#choice = choice;
  }

  opened(socket: Socket): void {
    const pipe = this.#pipe = new TerminalPipe(this.#net, socket, {
      control: (json) => this.#hear(pipe, JSON.parse(json) as TerminalDown),
      bytes: (payload) => {
        pipe.send(marked(DOWN.output, payload));
        this.#taker?.passed(payload.length);
      },
      drained: () => this.#taker?.tell(),
      gone: () => pipe.notFound(),
    });
    this.#taker = new Taker(pipe);
  }

  text(frame: string): void {
    this.#take(frame.slice(0, 1), encoder.encode(frame));
  }

  binary(frame: Uint8Array): void {
    this.#take(String.fromCharCode(frame[0] ?? 0), frame);
  }

  drained(): void {
    this.#pipe?.drained();
  }

  heard(): void {}

  closed(): void {
    this.#taker?.close();
    this.#pipe?.closed();
  }

  #take(kind: string, frame: Uint8Array): void {
    const pipe = this.#pipe;
    if (!pipe) return;
    try {
      if (kind === UP.hello) return this.#greet(pipe, frame);
      if (!this.#hasGreeted) refuse("frame", "a hello comes first");
      const rest = frame.subarray(1);
      switch (kind) {
        case UP.input:
          return pipe.type(rest);
        case UP.resize: {
          const size = sizeOf(rest);
          return size && pipe.say({ type: "size", ...size });
        }
        case UP.pause:
          return pipe.setHeld(true);
        case UP.resume:
          return pipe.setHeld(false);
        default:
          refuse("frame", "must begin with 0, 1, 2, 3 or {");
      }
    } catch (thrown) {
      pipe.close(CLOSE.badFrame, toWireError(thrown).message);
    }
  }

  #greet(pipe: TerminalPipe, frame: Uint8Array): void {
    const size = sizeOf(frame);
    if (this.#hasGreeted) return;
    this.#hasGreeted = true;
    void pipe.attach(this.#terminal, {
      ...this.#choice,
      ...(size ? { size } : {}),
    });
  }

  #hear(pipe: TerminalPipe, frame: TerminalDown): void {
    this.#taker?.heard(frame);
    switch (frame.type) {
      case "attached":
        pipe.send(marked(DOWN.title, titleOf(frame.terminal)));
        return pipe.send(marked(DOWN.preferences, "{}"));
      case "screen":
        if (this.#screens++ > 0) pipe.send(marked(DOWN.output, RESET));
        return;
      case "terminal": {
        const { state } = frame.terminal;
        // Any other code has ttyd's page connect again, for ever.
        if (state.kind !== "running") pipe.close(NORMAL, "Program ended");
      }
    }
  }
}

/** Undefined if it names none; ttyd's page may send zeros before it is shown. */
function sizeOf(json: Uint8Array): TerminalSize | undefined {
  const { columns, rows } = readSize(parseJson(decoder.decode(json)), "size");
  return columns && rows ? { cols: columns, rows } : undefined;
}

function titleOf({ title, name, command }: TerminalRecord): string {
  return title || name || command.join(" ");
}

function marked(kind: number, payload: string | Uint8Array): Uint8Array {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  const frame = new Uint8Array(bytes.length + 1);
  frame[0] = kind;
  frame.set(bytes, 1);
  return frame;
}
