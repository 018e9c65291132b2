/** A viewer of ttyd, in its own protocol: subprotocol `tty`, one letter first. */

import { until } from "../../tests/harness/until.ts";

const OUTPUT = "0".charCodeAt(0);
const SIZE = { columns: 80, rows: 24 };

export class TtydViewer implements AsyncDisposable {
  readonly #socket: WebSocket;
  /** Bytes of the terminal that have come. */
  taken = 0;
  /** Called with them. */
  onBytes: (bytes: Uint8Array, offset: number) => void = () => {};

  constructor(url: string, { offersDeflate = false }) {
    this.#socket = new WebSocket(url, {
      protocols: ["tty"],
      perMessageDeflate: offersDeflate,
    } as never);
    this.#socket.binaryType = "nodebuffer" as never;
    this.#socket.onopen = () =>
      this.#socket.send(
        Buffer.from(JSON.stringify({ AuthToken: "", ...SIZE })),
      );
    this.#socket.onmessage = ({ data }) => {
      const frame = data as unknown as Buffer;
      if (frame[0] !== OUTPUT) return;
      const bytes = frame.subarray(1);
      this.onBytes(bytes, this.taken);
      this.taken += bytes.length;
    };
  }

  type(keys: string): void {
    this.#socket.send(Buffer.from(`0${keys}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await until(() => this.#socket.readyState === WebSocket.CLOSED);
  }
}
