/**
 * An agent for tests of the daemon: speaks the uplink over a real socket, with
 * an outbox and resumption as pi-socket has them, and a conversation that the
 * test writes.
 *
 * What pi-socket itself does is tested with pi-socket, in real pi.
 */

import type { Command } from "../../server/protocol/command.ts";
import type {
  AgentEvent,
  AgentFacts,
  Change,
  Receipt,
} from "../../server/protocol/event.ts";
import type { Flight, Item } from "../../server/protocol/item.ts";
import type { Activity } from "../../server/protocol/node.ts";
import type { Frame } from "./socket.ts";
import { until } from "./until.ts";

interface FakeAgentOptions {
  readonly id?: string;
  readonly cwd?: string;
  readonly machine?: string;
  /** pi's own name of the session. */
  readonly name?: string;
  readonly items?: readonly Item[];
  readonly activity?: Activity;
  readonly facts?: Partial<AgentFacts>;
  /** Registers and then says no word about itself. */
  readonly mute?: boolean;
}

/** A message of the assistant, as an item. */
export function said(text: string, timestamp: number): Item {
  return {
    kind: "message",
    key: `assistant:${timestamp}`,
    message: {
      role: "assistant",
      content: [{ type: "text", text }],
      timestamp,
      stopReason: "stop",
    },
  };
}

/** A message of the user, as an item. */
export function asked(text: string, timestamp: number): Item {
  return {
    kind: "message",
    key: `user:${timestamp}`,
    message: { role: "user", content: text, timestamp },
  };
}

export class FakeAgent implements AsyncDisposable {
  readonly id: string;
  readonly epoch = crypto.randomUUID();
  readonly items: Item[];
  readonly commands: { id: string; command: Command }[] = [];
  readonly frames: Frame[] = [];
  /** Why it was not registered; it dials again each time. */
  readonly refusals: string[] = [];
  flight: Flight | null = null;
  activity: Activity = { kind: "idle", since: 1 };
  facts: AgentFacts;
  watched = false;
  /** While true it does not come back: its network is down for longer. */
  isAway = false;
  /** How often it was registered. */
  links = 0;
  /** Newest event the daemon has acknowledged. */
  acked = 0;
  onCommand: (id: string, command: Command) => void = (id) =>
    this.event({ type: "receipt", receipt: { id, state: "started" } });
  /** May give a promise, also one that is never kept. */
  onRequest: (method: string, params: Frame) => unknown = () => ({});
  readonly #url: () => string;
  readonly #cwd: string;
  readonly #machine: string;
  readonly #mute: boolean;
  readonly #seenCommands = new Set<string>();
  readonly #receipts = new Map<string, Receipt>();
  #outbox: { seq: number; event: AgentEvent }[] = [];
  #seq = 0;
  #socket: WebSocket | undefined;
  #linked = false;
  #stopped = false;

  constructor(url: () => string, options: FakeAgentOptions = {}) {
    this.#url = url;
    this.id = options.id ?? crypto.randomUUID();
    this.#cwd = options.cwd ?? "/home/ada/shop";
    this.#machine = options.machine ?? "mbp";
    this.#mute = options.mute ?? false;
    this.items = [...options.items ?? []];
    this.activity = options.activity ?? this.activity;
    this.facts = {
      pi: "1.5.2",
      mode: "tui",
      session: {
        id: this.id,
        ...(options.name !== undefined && { name: options.name }),
      },
      model: { provider: "fake", id: "fake-fast", name: "Fake Fast" },
      thinking: "off",
      branch: null,
      context: null,
      usage: {
        input: 0,
        output: 0,
        cacheRead: 0,
        cacheWrite: 0,
        cost: 0,
        turns: 0,
      },
      queue: [],
      tools: [],
      ...options.facts,
    };
    this.#dial();
  }

  /** Dials and waits until it is registered. */
  static async start(
    url: () => string,
    options: FakeAgentOptions = {},
  ): Promise<FakeAgent> {
    const agent = new FakeAgent(url, options);
    await until(() => agent.#linked, { withinMs: 10_000 });
    return agent;
  }

  get isLinked(): boolean {
    return this.#linked;
  }

  /** Adds an item to the conversation and tells of it. */
  add(item: Item): void {
    this.items.push(item);
    if (this.flight?.key === item.key) this.flight = null;
    this.event({ type: "item", item });
  }

  /** Numbers an event; sends it now, or after the next register if it lasts. */
  event(event: Change): void {
    const numbered = { seq: ++this.#seq, event };
    const lasts = event.type === "item" || event.type === "receipt";
    if (lasts) this.#outbox.push(numbered);
    if (event.type === "receipt") {
      this.#receipts.set(event.receipt.id, event.receipt);
    }
    if (this.#linked) this.#sendEvent(numbered);
  }

  /** Streams a message in three pieces, then tells of it as an item. */
  stream(text: string, timestamp: number): void {
    const item = said(text, timestamp);
    const flight = { key: item.key, startedAt: timestamp, blocks: [] };
    this.flight = flight;
    this.event({ type: "flight", flight, tools: [] });
    this.event({
      type: "block",
      at: 0,
      block: { kind: "text", text: "" },
    });
    const third = Math.ceil(text.length / 3);
    for (let start = 0; start < text.length; start += third) {
      const piece = text.slice(start, start + third);
      this.event({ type: "delta", at: 0, text: piece });
    }
    this.add(item);
  }

  act(activity: Activity): void {
    this.activity = activity;
    this.event({ type: "activity", activity });
  }

  /** Cuts the link without a word; it comes back by itself. */
  cut(): void {
    this.#linked = false;
    const socket = this.#socket as WebSocket & { terminate(): void };
    socket?.terminate();
  }

  /** Says goodbye and leaves, as pi does when it is closed. */
  quit(): void {
    this.#stopped = true;
    this.#send({
      id: "dereg",
      method: "deregister",
      params: { id: this.id },
    });
    this.#linked = false;
    this.#socket?.close();
  }

  /** Cuts the link for good, as a killed process would. */
  stop(): void {
    this.#stopped = true;
    this.cut();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    return Promise.resolve();
  }

  /** Stops reading what the daemon says. */
  pause(): void {
    (this.#socket as WebSocket & { pause(): void }).pause();
  }

  resume(): void {
    (this.#socket as WebSocket & { resume(): void }).resume();
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Tells only the newest items; the older ones have to be asked for. */
  syncTail(items: number): void {
    this.#sendSync(null, this.items.slice(-items), true);
  }

  /** Says what changed of the facts, and keeps it for the next sync. */
  tell(facts: Partial<AgentFacts>): void {
    this.facts = { ...this.facts, ...facts };
    this.event({ type: "facts", facts });
  }

  sync(after: string | null): void {
    if (this.#mute) return;
    const start = after === null
      ? 0
      : this.items.findIndex(({ key }) => key === after) + 1;
    const known = after === null || start > 0;
    this.#sendSync(
      known ? after : null,
      this.items.slice(known ? start : 0),
      false,
    );
  }

  #sendSync(
    after: string | null,
    items: readonly Item[],
    more: boolean,
  ): void {
    this.#sendEvent({
      seq: ++this.#seq,
      event: {
        type: "sync",
        after,
        items,
        more,
        total: this.items.filter(({ kind }) => kind === "message").length,
        flight: this.flight,
        tools: [],
        facts: this.facts,
        activity: this.activity,
      },
    });
  }

  #dial(): void {
    if (this.#stopped) return;
    const socket = new WebSocket(this.#url());
    this.#socket = socket;
    socket.onopen = () => this.#register();
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#hear(JSON.parse(String(data)));
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#linked = false;
      this.#dialLater();
    };
  }

  #dialLater(): void {
    setTimeout(
      () => this.isAway ? this.#dialLater() : this.#dial(),
      10 + Math.random() * 20,
    );
  }

  #register(): void {
    this.#send({
      id: "reg",
      method: "register",
      params: {
        id: this.id,
        machine: this.#machine,
        cwd: this.#cwd,
        port: 0,
        status: "active",
        pid: 4242,
        uplink: 2,
        epoch: this.epoch,
        sessionId: this.facts.session.id,
        pi: "1.5.2",
        capabilities: [],
      },
    });
  }

  #hear(frame: Frame): void {
    this.frames.push(frame);
    if (frame.id === "reg") {
      if (frame.error) {
        this.refusals.push(frame.error);
        return this.#socket?.close();
      }
      return this.#resume(frame.result);
    }
    switch (frame.type) {
      case "ack":
        this.acked = frame.seq;
        this.#outbox = this.#outbox.filter(({ seq }) => seq > frame.seq);
        return;
      case "watch":
        this.watched = frame.on;
        if (frame.on) {
          this.event({ type: "flight", flight: this.flight, tools: [] });
        }
        return;
      case "resync":
        return this.sync(null);
      case "command":
        this.#obey(frame.id, frame.command);
        return;
      case "request":
        return void this.#answer(frame);
    }
  }

  async #answer({ id, method, params }: Frame): Promise<void> {
    const result = await this.onRequest(method, params);
    this.#send({ type: "answer", id, ok: true, result });
  }

  #obey(id: string, command: Command): void {
    if (this.#seenCommands.has(id)) {
      const receipt = this.#receipts.get(id) ?? { id, state: "accepted" };
      return this.event({ type: "receipt", receipt });
    }
    this.#seenCommands.add(id);
    this.commands.push({ id, command });
    this.onCommand(id, command);
  }

  #resume(result: Frame): void {
    this.#linked = true;
    this.links++;
    this.watched = result.watch;
    const { have } = result;
    if (have?.epoch === this.epoch) {
      this.#outbox = this.#outbox.filter(({ seq }) => seq > have.seq);
    }
    // As pi-socket: what follows the key the daemon has, replayed as items.
    const known = have?.key && have.sessionId === this.facts.session.id &&
      this.items.some(({ key }) => key === have.key);
    for (const numbered of known ? this.#outbox : []) this.#sendEvent(numbered);
    const replayed = known
      ? this.#outbox.flatMap(({ event }) =>
        event.type === "item" ? [event.item.key] : []
      ).at(-1)
      : undefined;
    this.sync(known ? replayed ?? have.key : null);
  }

  #sendEvent({ seq, event }: { seq: number; event: AgentEvent }): void {
    this.#send({ seq, ...event });
  }

  #send(frame: unknown): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}
