/**
 * A viewer for tests: keeps the conversation as a page does, from snapshots
 * and changes, and resumes after a cut.
 */

import { VIEWER_SUBPROTOCOL } from "../../server/protocol/version.ts";
import type { Flight, Item } from "../../server/protocol/item.ts";
import type { Receipt } from "../../server/protocol/event.ts";
import { type Frame, TestSocket } from "./socket.ts";
import type { Hypivisor } from "./hypivisor.ts";
import { until } from "./until.ts";

export class TestViewer implements AsyncDisposable {
  readonly #hypivisor: Hypivisor;
  readonly #node: string;
  #place: { stream: string; seq: number } | undefined;
  #items: Item[] = [];
  #stopped = false;
  socket: TestSocket | undefined;
  flight: Flight | null = null;
  /** Older items exist than those here. */
  more = false;
  readonly receipts = new Map<string, Receipt>();
  /** How often it had to start anew. */
  snapshots = 0;
  resumes = 0;
  /** Changes that came out of order; must stay 0. */
  gaps = 0;

  constructor(hypivisor: Hypivisor, node: string) {
    this.#hypivisor = hypivisor;
    this.#node = node;
    this.#dial();
  }

  static async open(hypivisor: Hypivisor, node: string): Promise<TestViewer> {
    const viewer = new TestViewer(hypivisor, node);
    await until(() => viewer.snapshots > 0, { withinMs: 10_000 });
    return viewer;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  get keys(): string[] {
    return this.#items.map(({ key }) => key);
  }

  get isLinked(): boolean {
    return this.socket?.isOpen === true && !this.socket.closed;
  }

  call(method: string, params: unknown = {}): Promise<Frame> {
    if (!this.socket) throw new Error("No socket");
    return this.socket.call(method, params);
  }

  /** Pages back to the beginning, as a page does when it is scrolled. */
  async loadOlder(): Promise<void> {
    while (this.more) {
      const before = this.#items[0]?.key;
      const page = await this.call("page", { before });
      this.#items = [...page.items, ...this.#items];
      this.more = page.more;
    }
  }

  cut(): void {
    const raw = this.socket?.raw as (WebSocket & { terminate(): void });
    raw?.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.socket?.[Symbol.asyncDispose]();
  }

  #dial(): void {
    if (this.#stopped) return;
    const resume = this.#place
      ? `?stream=${this.#place.stream}&seq=${this.#place.seq}`
      : "";
    const path = `/ws/agent/${encodeURIComponent(this.#node)}${resume}`;
    const socket = new TestSocket(
      this.#hypivisor.socketUrl(path),
      [VIEWER_SUBPROTOCOL],
    );
    this.socket = socket;
    let isFirst = true;
    socket.raw.addEventListener("message", () => {
      const frame = socket.frames.at(-1);
      this.#apply(frame, isFirst);
      isFirst = false;
    });
    socket.raw.addEventListener("close", () => {
      if (this.socket === socket) {
        setTimeout(() => this.#dial(), 10 + Math.random() * 20);
      }
    });
  }

  #apply(frame: Frame, isFirst: boolean): void {
    if (frame.type === "snapshot") {
      this.snapshots++;
      this.#place = { stream: frame.stream, seq: frame.seq };
      this.#items = [...frame.items];
      this.flight = frame.flight;
      this.more = frame.more;
      for (const receipt of frame.receipts) {
        this.receipts.set(receipt.id, receipt);
      }
      return;
    }
    if (frame.type === "resumed") {
      this.resumes++;
      return;
    }
    if (typeof frame.seq !== "number" || !this.#place) return;
    if (isFirst || frame.seq !== this.#place.seq + 1) this.gaps++;
    this.#place = { ...this.#place, seq: frame.seq };
    this.#change(frame);
  }

  #change(frame: Frame): void {
    switch (frame.type) {
      case "item": {
        const { item } = frame;
        const at = this.#items.findIndex(({ key }) => key === item.key);
        if (at >= 0) this.#items[at] = item;
        else this.#items.push(item);
        if (this.flight?.key === item.key) this.flight = null;
        return;
      }
      case "flight":
        this.flight = frame.flight;
        return;
      case "block":
        if (this.flight) {
          const blocks = [...this.flight.blocks];
          blocks[frame.at] = frame.block;
          this.flight = { ...this.flight, blocks };
        }
        return;
      case "delta": {
        const block = this.flight?.blocks[frame.at];
        if (this.flight && block) {
          const blocks = [...this.flight.blocks];
          blocks[frame.at] = { ...block, text: block.text + frame.text };
          this.flight = { ...this.flight, blocks };
        }
        return;
      }
      case "receipt":
        this.receipts.set(frame.receipt.id, frame.receipt);
        return;
    }
  }
}
