/**
 * One socket on `/term`: a fresh login shell, raw bytes in both directions.
 *
 * As clients of xterm-backend expect it: nothing but the terminal's own bytes
 * goes down, text frames are typed as well, the shell's end closes the socket
 * and the socket's end the shell.
 */

import { HypivisorError } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import type { ParamsOf } from "../protocol/rpc.ts";
import type {
  TerminalDown,
  TerminalSize,
  TerminalState,
} from "../protocol/terminal.ts";
import type { Net } from "./net.ts";
import type { Carrier, Socket } from "./socket.ts";
import { Taker } from "./taker.ts";
import { TerminalPipe } from "./terminal_pipe.ts";

/** Has a screen forget all it shows, before it is painted anew. */
const RESET = new TextEncoder().encode("\x1bc");

const NORMAL = 1_000;

const encoder = new TextEncoder();

export interface TermLinkOptions {
  readonly size: TerminalSize | undefined;
  readonly cwd: string | undefined;
  /** The place that was kept for it when it was let in. */
  readonly permit: Disposable;
}

export class TermLink implements Carrier {
  readonly #net: Net;
  readonly #options: TermLinkOptions;
  #pipe: TerminalPipe | undefined;
  #taker: Taker | undefined;
  #screens = 0;

  constructor(net: Net, options: TermLinkOptions) {
    this.#net = net;
    this.#options = options;
  }

  refused(): void {
    this.#options.permit[Symbol.dispose]();
  }

  opened(socket: Socket): void {
    const pipe = this.#pipe = new TerminalPipe(this.#net, socket, {
      control: (json) => this.#hear(pipe, JSON.parse(json) as TerminalDown),
      bytes: (payload) => {
        pipe.send(payload);
        this.#taker?.passed(payload.length);
      },
      drained: () => this.#taker?.tell(),
      // Its own line says how it ended, behind the last bytes.
      gone() {},
    });
    this.#taker = new Taker(pipe);
    this.#open(pipe).catch((thrown) => pipe.fail(thrown));
  }

  text(keys: string): void {
    this.#pipe?.type(encoder.encode(keys));
  }

  binary(bytes: Uint8Array): void {
    this.#pipe?.type(bytes);
  }

  drained(): void {
    this.#pipe?.drained();
  }

  heard(): void {}

  closed(): void {
    this.#taker?.close();
    // Nobody can come back to it.
    this.#pipe?.closed(true);
  }

  async #open(pipe: TerminalPipe): Promise<void> {
    const { size, cwd, permit } = this.#options;
    const { children } = this.#net;
    if (!children) throw new HypivisorError("forbidden", "No terminals here");
    const choice: ParamsOf<"open_terminal"> = {
      ...(cwd === undefined ? {} : { folder: cwd }),
      ...size,
    };
    const record = await children.openTransient(choice, permit);
    if (record.state.kind === "failed") {
      await children.close(record.id);
      throw new HypivisorError("unavailable", record.state.reason);
    }
    await pipe.attach(record.id, {
      ...(size ? { size } : {}),
      readOnly: false,
      name: "/term",
    });
  }

  #hear(pipe: TerminalPipe, frame: TerminalDown): void {
    this.#taker?.heard(frame);
    switch (frame.type) {
      case "screen":
        if (this.#screens++ > 0) pipe.send(RESET);
        return;
      case "attached":
      case "terminal":
        return this.#ended(pipe, frame.terminal.state);
    }
  }

  #ended(pipe: TerminalPipe, state: TerminalState): void {
    switch (state.kind) {
      case "running":
        return;
      case "exited":
        return pipe.close(
          NORMAL,
          state.signal === null
            ? `exit code ${state.code}`
            : `ended by ${state.signal}`,
        );
      case "failed":
        return pipe.close(CLOSE.agentGone, state.reason);
    }
  }
}
