/**
 * One socket on `/ws`: a client of the registry, until it registers an agent.
 *
 * A client that asks for nothing is spoken to as the original spoke: `init`
 * first, then its pushes. One that subscribed is told of every node and terminal
 * as it now is, in small batches. A client that does not read is told nothing
 * until its buffer has drained; then it is told of each that it missed
 * something of.
 */

import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type { LegacyPush } from "../protocol/legacy.ts";
import type { NodeCard, NodeId } from "../protocol/node.ts";
import { isRecord, text } from "../read.ts";
import { readNodeInfo, readUplinkHead } from "../read_event.ts";
import { answerText, type Call } from "../rpc/answer.ts";
import { AgentLink } from "./agent_link.ts";
import { pushAbout, type Subject } from "./client_push.ts";
import type { Net } from "./net.ts";
import {
  type Carrier,
  closeIfStillFull,
  closeSocket,
  isFull,
  sendText,
  type Socket,
} from "./socket.ts";

const log = logger("client_link");

/** Calls of one client under way at once; more is a flood. */
const CALLS_MAX = 200;

/** An agent of the original registers one; tests and bridges a few. */
const REGISTERED_MAX = 100;

export class ClientLink implements Carrier {
  readonly #net: Net;
  readonly #isUplink: boolean;
  #socket: Socket | undefined;
  #subscribed = false;
  #calls = 0;
  /** The nodes this socket registered in the original's way. */
  readonly #registered = new Set<NodeId>();
  /** Pushes that a call of this client caused: they follow its reply. */
  #caused: string[] | undefined;
  /** Set while the client does not read. */
  #behind: ReturnType<typeof setTimeout> | undefined;
  /** What it was not told of meanwhile. At most one entry a subject. */
  readonly #missed = new Set<Subject>();
  /** One of the original's clients missed something: it needs a new start. */
  #missedStart = false;
  /** Replies that wait for it to read. They count as calls under way. */
  #replies: string[] = [];

  /** @param isUplink An agent of ours: it is not sent the list of all others. */
  constructor(net: Net, isUplink: boolean) {
    this.#net = net;
    this.#isUplink = isUplink;
  }

  /** Address of the other side. */
  get peer(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  get isSubscribed(): boolean {
    return this.#subscribed;
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    if (this.#isUplink) return;
    this.#net.clients.add(this);
    this.#sendInit();
  }

  text(frame: string): void {
    this.heard();
    if (this.#calls + this.#replies.length >= CALLS_MAX) {
      return this.#close(
        CLOSE.tooSlow,
        `Too many calls: over ${CALLS_MAX} at once`,
      );
    }
    this.#calls++;
    answerText(frame, {
      core: this.#net,
      caller: { subscribe: () => void (this.#subscribed = true) },
      given: {},
      own: (call) => this.#own(call),
    }).then((reply) => {
      this.#calls--;
      const caused = this.#caused ?? [];
      this.#caused = undefined;
      if (reply !== undefined) this.#reply(reply);
      for (const text of caused) this.push(text);
    }).catch((thrown) => log.failed("answer_failed", thrown));
  }

  binary(): void {} // The original ignores binary frames here.

  drained(): void {
    // Bun tells of every bit that went out, not only of the last.
    if (!this.#behind || !this.#socket || isFull(this.#socket)) return;
    clearTimeout(this.#behind);
    this.#behind = undefined;
    this.#net.metrics.count("hypivisor_resyncs_total");
    for (const reply of this.#replies.splice(0)) this.#reply(reply);
    if (this.#missedStart) {
      this.#missedStart = false;
      if (!this.#subscribed) this.#sendInit();
    }
    // What does not fit stays missed until the next time: each time some less,
    // however slow the line.
    for (const subject of this.#missed) {
      if (this.#behind) return;
      this.#missed.delete(subject);
      this.push(pushAbout(this.#net, subject));
    }
  }

  heard(): void {
    const now = this.#net.now();
    for (const id of this.#registered) this.#net.registry.heard(id, now);
  }

  closed(): void {
    clearTimeout(this.#behind);
    this.#net.clients.delete(this);
    this.#loseAll();
  }

  /** Sends text, unless the client does not read. */
  push(text: string): void {
    if (this.#behind) this.#missedStart = true;
    else if (this.#caused) this.#caused.push(text);
    else this.#send(text);
  }

  /** Tells of many, in few system calls: one alone is the usual case. */
  pushAll(texts: ReadonlyMap<Subject, string>): void {
    const pushAll = () => {
      for (const [subject, text] of texts) {
        if (this.#behind) this.#missed.add(subject);
        else this.push(text);
      }
    };
    if (texts.size === 1) pushAll();
    else this.#socket?.cork(pushAll);
  }

  #reply(text: string): void {
    if (this.#behind) this.#replies.push(text);
    else this.#send(text);
  }

  #send(text: string): void {
    const socket = this.#socket;
    if (!socket) return;
    sendText(socket, this.#net.metrics, text);
    if (!isFull(socket)) return;
    this.#behind = closeIfStillFull(socket, this.#net.metrics);
  }

  /** Another node took this one's machine and port: let it register again. */
  evict(): void {
    this.#close(CLOSE.replaced, "Evicted by another agent at the same port");
  }

  goAway(): void {
    this.#close(CLOSE.goingAway, "Hypivisor is stopping");
  }

  /** A newer socket may have registered some of them since: those stay. */
  #loseAll(): void {
    const { agents, registry, registrants } = this.#net;
    for (const id of this.#registered) {
      if (registrants.get(id) !== this) continue;
      registrants.delete(id);
      agents.get(id)?.goAway();
      registry.lose(id, "link_closed", this.#net.now());
    }
    this.#registered.clear();
  }

  #sendInit(): void {
    const init: LegacyPush = {
      event: "init",
      nodes: this.#net.registry.legacyList(),
      protocol_version: "1",
    };
    this.push(JSON.stringify(init));
  }

  /** The calls that are about this socket itself. */
  #own(call: Call): Promise<unknown> | undefined {
    if (call.method !== "register" && call.method !== "deregister") {
      return undefined;
    }
    // The original's clients take the first frame for the reply.
    this.#caused ??= [];
    return call.method === "register"
      ? this.#register(call.params)
      : this.#deregister(call.params);
  }

  // deno-lint-ignore require-await -- what it throws is the reply.
  async #register(params: unknown): Promise<unknown> {
    if (!isRecord(params)) {
      throw new HypivisorError("bad_request", "Missing params");
    }
    const card = readNodeInfo(params);
    if (typeof params.uplink === "number") {
      return this.#becomeUplink(card, params);
    }
    const { registry, registrants, agents } = this.#net;
    if (agents.has(card.id) && !registrants.has(card.id)) {
      throw new HypivisorError("conflict", "Node id in use");
    }
    const isMore = !this.#registered.has(card.id);
    if (isMore && this.#registered.size >= REGISTERED_MAX) {
      throw new HypivisorError(
        "conflict",
        `Cannot register more than ${REGISTERED_MAX} nodes on one socket`,
      );
    }
    const rival = registrants.get(card.id);
    registrants.set(card.id, this);
    if (rival && rival !== this) rival.evict();
    this.#registered.add(card.id);
    const evicted = registry.register(
      card,
      { relayed: true },
      this.#net.now(),
    );
    registry.act(card.id, { kind: "idle", since: this.#net.now() }, undefined);
    for (const id of evicted) {
      const link = registrants.get(id);
      registrants.delete(id);
      if (link && link !== this) link.evict();
    }
    log.info("registered", { id: card.id, port: card.port });
    return { status: "registered" };
  }

  /** From here on the socket is an uplink, and replies are its own. */
  #becomeUplink(
    card: NodeCard,
    params: Readonly<Record<string, unknown>>,
  ): Promise<never> {
    const socket = this.#socket as Socket;
    const head = readUplinkHead(params, "params");
    this.#loseAll();
    const link = new AgentLink(this.#net, socket, card, head);
    link.register(head);
    this.#net.clients.delete(this);
    clearTimeout(this.#behind);
    socket.data.carrier = link;
    // The link has replied already; this call never ends.
    return new Promise<never>(() => {});
  }

  // deno-lint-ignore require-await -- what it throws is the reply.
  async #deregister(params: unknown): Promise<unknown> {
    if (!isRecord(params) || typeof params.id !== "string") {
      throw new HypivisorError("bad_request", "Missing params.id");
    }
    const id = text()(params.id, "params.id") as NodeId;
    const isOwn = this.#registered.has(id);
    if (this.#registered.size > 0 && !isOwn) {
      throw new HypivisorError(
        "forbidden",
        "Unauthorized: cannot deregister another node",
      );
    }
    const { registry } = this.#net;
    // Somebody else's may well be running: then it is only off the list.
    const removed = isOwn
      ? registry.deregister(id, this.#net.now())
      : registry.unlist(id);
    return { status: removed ? "deregistered" : "not_found" };
  }

  #close(code: number, reason: string): void {
    if (this.#socket) closeSocket(this.#socket, code, reason);
  }
}
