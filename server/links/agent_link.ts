/**
 * The uplink of one agent: takes its events, hands it commands.
 *
 * One per node at a time. A second uplink of the same process replaces the
 * first, whose late end then changes nothing; another process under the same
 * id is turned away and takes another id.
 */

import { HypivisorError, toWireError } from "../errors.ts";
import type { Hub } from "../hub/hub.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type {
  AgentRequest,
  AgentRequests,
  Command,
} from "../protocol/command.ts";
import type { AgentEvent, Receipt } from "../protocol/event.ts";
import type { NodeCard, OfflineReason } from "../protocol/node.ts";
import type { RegisteredFrame, UplinkDown } from "../protocol/uplink.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import { isRecord, parseJson, refuse } from "../read.ts";
import { readEvent, type UplinkHead } from "../read_event.ts";
import { Acknowledger } from "./acknowledger.ts";
import { noteEvent } from "./agent_notes.ts";
import { readAnswer } from "./answers.ts";
import type { LiveAgent, Net } from "./net.ts";
import { Pending } from "../pending.ts";
import { SendQueue } from "./send_queue.ts";
import { type Carrier, closeSocket, pauseWhile } from "./socket.ts";
import type { Socket } from "./socket.ts";

const log = logger("agent_link");

/** A busy pi answers within a second; one that takes longer is not there. */
const ANSWER_WITHIN_MS = 10_000;

/** Deltas go on for this long after the last viewer left: it may be back. */
const WATCH_LINGER_MS = 30_000;

export class AgentLink implements Carrier, LiveAgent {
  readonly card: NodeCard;
  readonly epoch: string;
  readonly #net: Net;
  readonly #socket: Socket;
  readonly #hub: Hub;
  readonly #queue: SendQueue;
  readonly #acknowledger: Acknowledger;
  readonly #answers = new Pending<number, unknown>();
  readonly #receipts = new Pending<string, Receipt>();
  #end: OfflineReason = "link_closed";
  #requests = 0;
  #watched = false;
  #isPaused = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(net: Net, socket: Socket, card: NodeCard, head: UplinkHead) {
    this.#net = net;
    this.#socket = socket;
    this.#queue = new SendQueue(socket, net.metrics);
    this.card = card;
    this.epoch = head.epoch;
    this.#hub = net.hubs.of(card.id);
    this.#acknowledger = new Acknowledger(
      net.store,
      this.#hub,
      (seq) => this.#tell({ type: "ack", seq }),
    );
  }

  /**
   * Takes the node over and says what is known of it. Called once.
   *
   * @throws {HypivisorError} `conflict` if another live process has the id.
   */
  register(head: UplinkHead): void {
    const { agents, registrants, registry, capabilities } = this.#net;
    const rival = agents.get(this.card.id);
    const isTaken = registrants.has(this.card.id) ||
      (rival && rival.epoch !== this.epoch);
    if (isTaken) throw new HypivisorError("conflict", "Node id in use");
    agents.set(this.card.id, this);
    rival?.replace();
    const session = {
      id: head.sessionId,
      ...(head.sessionFile ? { file: head.sessionFile } : {}),
    };
    const evicted = registry.register(
      this.card,
      { session, pi: head.pi, relayed: false },
      this.#net.now(),
    );
    for (const id of evicted) {
      agents.get(id)?.replace();
      registrants.get(id)?.evict();
    }
    this.#holdSession(head.sessionFile);
    this.#watched = this.#hub.viewers > 0;
    const reply: RegisteredFrame = {
      id: "reg",
      result: {
        status: "registered",
        uplink: Math.min(head.uplink, PROTOCOL_VERSION),
        capabilities,
        have: this.#hub.kept,
        watch: this.#watched,
      },
    };
    this.#queue.send(JSON.stringify(reply));
    log.info("registered", { id: this.card.id, cwd: this.card.cwd });
  }

  /** Makes way for a newer uplink of the same agent. */
  replace(): void {
    this.#end = "replaced";
    closeSocket(this.#socket, CLOSE.replaced, "Replaced by a newer uplink");
  }

  goAway(): void {
    closeSocket(this.#socket, CLOSE.goingAway, "Hypivisor is stopping");
  }

  command(id: string, command: Command): Promise<Receipt> {
    const known = this.#hub.receipt(id);
    if (known) return Promise.resolve(known);
    return this.#receipts.ask(
      id,
      ANSWER_WITHIN_MS,
      () => this.#tell({ type: "command", id, command }),
    );
  }

  ask<R extends AgentRequest>(
    method: R,
    params: AgentRequests[R]["params"],
  ): Promise<AgentRequests[R]["result"]> {
    const id = ++this.#requests;
    const answer = this.#answers.ask(
      id,
      ANSWER_WITHIN_MS,
      () => this.#tell({ type: "request", id, method, params } as UplinkDown),
    );
    return answer.then((result) => readAnswer(method, result));
  }

  /** Called whenever a viewer came or went. */
  viewersChanged(): void {
    clearTimeout(this.#lingering);
    if (this.#hub.viewers > 0) return this.#watch(true);
    this.#lingering = setTimeout(() => {
      if (this.#hub.viewers === 0) this.#watch(false);
    }, WATCH_LINGER_MS);
  }

  opened(): void {}

  text(frame: string): void {
    const now = this.#net.now();
    this.#net.registry.heard(this.card.id, now);
    try {
      this.#read(frame);
    } catch (thrown) {
      const { code, message } = toWireError(thrown);
      if (code === "internal") log.failed("frame_failed", thrown);
      log.warn("frame_refused", { id: this.card.id, why: message });
      closeSocket(this.#socket, CLOSE.badFrame, message);
    }
  }

  binary(): void {
    closeSocket(this.#socket, CLOSE.badFrame, "Cannot read a binary frame");
  }

  drained(): void {
    this.#queue.drained();
  }

  heard(): void {
    this.#net.registry.heard(this.card.id, this.#net.now());
  }

  closed(code: number): void {
    clearTimeout(this.#lingering);
    this.#queue.stop();
    const gone = new HypivisorError("unavailable", "Agent is offline");
    this.#answers.fail(gone);
    this.#receipts.fail(gone);
    const { agents, registry } = this.#net;
    // A newer uplink has the node: this one's end is no news.
    if (agents.get(this.card.id) !== this) return;
    agents.delete(this.card.id);
    // Bun reports a peer that did not pong as a timeout, closed abnormally.
    const silent = code === 1006 &&
      this.#net.now() - registry.heardAt(this.card.id) > 20_000;
    const reason = silent ? "silent" : this.#end;
    this.#holdSession(undefined);
    registry.lose(this.card.id, reason, this.#net.now());
    if (reason === "quit") this.#hub.still();
    log.info("node_lost", { id: this.card.id, reason });
  }

  #read(frame: string): void {
    const value = parseJson(frame);
    if (!isRecord(value)) refuse("frame", "must be an object");
    const { seq } = value;
    if (typeof seq === "number") return this.#receive(seq, value);
    if (value.type === "ping") return this.#tell({ type: "pong" });
    if (value.type === "answer") return this.#answered(value);
    if (value.method === "deregister") return this.#quit();
    refuse("frame", "must be an event, an answer or a ping");
  }

  #receive(seq: number, value: Readonly<Record<string, unknown>>): void {
    if (!Number.isSafeInteger(seq) || seq < 1) {
      refuse("seq", "must be a whole number from 1");
    }
    this.#net.metrics.count("hypivisor_events_in_total");
    if (!this.#hub.isKnown(this.epoch, seq)) this.#readEvent(seq, value);
    this.#acknowledger.took(seq);
    this.#waitForStore();
  }

  /**
   * An event that cannot be read is left out and said so. Closing instead
   * would have the agent come back with the same event for ever.
   */
  #readEvent(seq: number, value: Readonly<Record<string, unknown>>): void {
    let event: AgentEvent;
    try {
      event = readEvent(value);
    } catch (thrown) {
      if (!(thrown instanceof HypivisorError)) throw thrown;
      const reason = thrown.message;
      log.warn("event_refused", { id: this.card.id, seq, why: reason });
      return this.#tell({ type: "refused", seq, reason });
    }
    this.#take(seq, event);
  }

  #take(seq: number, event: AgentEvent): void {
    const before = this.#hub.activity;
    if (!this.#hub.take(this.epoch, seq, event)) {
      this.#net.metrics.count("hypivisor_resyncs_total");
      this.#tell({ type: "resync" });
    }
    noteEvent(this.#net, this.card.id, event, before);
    if (event.type === "sync" || event.type === "facts") {
      const { session } = event.facts;
      if (session) this.#holdSession(session.file);
    }
    if (event.type === "receipt") {
      this.#receipts.resolve(event.receipt.id, event.receipt);
    }
  }

  #waitForStore(): void {
    if (this.#isPaused || !this.#net.store.isFull) return;
    this.#isPaused = true;
    const isFull = () => this.#isPaused = this.#net.store.isFull;
    pauseWhile(this.#socket, isFull);
  }

  #answered(value: Readonly<Record<string, unknown>>): void {
    const { id, ok, result, error } = value;
    if (typeof id !== "number") refuse("answer.id", "must be a number");
    if (ok === true) return this.#answers.resolve(id, result);
    const message = isRecord(error) && typeof error.message === "string"
      ? error.message.slice(0, 2_000)
      : "Agent could not answer";
    this.#answers.reject(id, new HypivisorError("unavailable", message));
  }

  #quit(): void {
    this.#end = "quit";
    this.#net.registry.deregister(this.card.id, this.#net.now());
    const result = { status: "deregistered" };
    this.#queue.send(JSON.stringify({ id: "dereg", result }));
  }

  #holdSession(file: string | undefined): void {
    const { sessions, registry } = this.#net;
    const { id, machine } = this.card;
    for (const { id: of, warning } of sessions.hold(id, machine, file)) {
      registry.detail(of, { warning: warning ?? "" });
    }
  }

  #watch(on: boolean): void {
    if (this.#watched === on) return;
    this.#watched = on;
    this.#tell({ type: "watch", on });
  }

  #tell(frame: UplinkDown): void {
    this.#queue.send(JSON.stringify(frame));
  }
}
