/**
 * One socket on `/ws/terminal/{id}`: binary frames are the terminal's bytes in
 * both directions, text frames are control.
 *
 * The runner's frames go to the viewer as they are. What the viewer sends is
 * read here first; a frame that cannot be read closes the socket.
 */

import { toWireError } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import type { TerminalDown, TerminalId } from "../protocol/terminal.ts";
import { readTerminalUp, type ViewerChoice } from "../read_terminal.ts";
import type { Net } from "./net.ts";
import { Silence } from "./silence.ts";
import type { Carrier, Socket } from "./socket.ts";
import { Taker } from "./taker.ts";
import { TerminalPipe } from "./terminal_pipe.ts";

export interface TerminalLinkOptions {
  readonly terminal: TerminalId;
  readonly choice: ViewerChoice;
  /** The viewer speaks `TERMINAL_SUBPROTOCOL`: it tells what it has taken. */
  readonly acknowledges: boolean;
}

export class TerminalLink implements Carrier {
  readonly #net: Net;
  readonly #options: TerminalLinkOptions;
  #pipe: TerminalPipe | undefined;
  #taker: Taker | undefined;
  #silence: Silence | undefined;

  constructor(net: Net, options: TerminalLinkOptions) {
    this.#net = net;
    this.#options = options;
  }

  opened(socket: Socket): void {
    this.#silence = new Silence(socket);
    const { terminal, choice, acknowledges } = this.#options;
    const pipe = this.#pipe = new TerminalPipe(this.#net, socket, {
      control: (json) => {
        pipe.send(json);
        // Parsed only where somebody has to know: the page reads it itself.
        this.#taker?.heard(JSON.parse(json) as TerminalDown);
      },
      bytes: (payload) => {
        pipe.send(payload);
        this.#taker?.passed(payload.length);
      },
      drained: () => this.#taker?.tell(),
      gone: () => pipe.notFound(),
    });
    if (!acknowledges) this.#taker = new Taker(pipe);
    void pipe.attach(terminal, choice);
  }

  text(json: string): void {
    this.heard();
    try {
      const frame = readTerminalUp(json);
      // What it has not promised to say is not waited for either.
      if (frame.type === "ack" && this.#taker) return;
      this.#pipe?.say(frame);
    } catch (thrown) {
      this.#pipe?.close(CLOSE.badFrame, toWireError(thrown).message);
    }
  }

  binary(bytes: Uint8Array): void {
    this.heard();
    this.#pipe?.type(bytes);
  }

  drained(): void {
    this.#pipe?.drained();
  }

  heard(): void {
    this.#silence?.heard();
  }

  closed(): void {
    this.#silence?.close();
    this.#taker?.close();
    this.#pipe?.closed();
  }
}
