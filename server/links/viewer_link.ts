/**
 * One viewer of one node that speaks `hyper-pi.2`.
 *
 * Told a snapshot first, or what it missed, then every change as the hub makes
 * it. A viewer that does not read is told nothing meanwhile; it catches up
 * from the hub's ring or a fresh snapshot once it has drained, and is closed
 * with a reason if that takes too long. Its calls are answered as on `/ws`,
 * for this node where none is named.
 */

import type { Hub, Viewer } from "../hub/hub.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type { Change } from "../protocol/event.ts";
import type { NodeId } from "../protocol/node.ts";
import { answerText } from "../rpc/answer.ts";
import { warm } from "../rpc/transcript.ts";
import { AdoptedAgent } from "./adopted_agent.ts";
import type { Net } from "./net.ts";
import {
  type Carrier,
  closeIfStillFull,
  closeSocket,
  isFull,
  sendText,
  type Socket,
} from "./socket.ts";

const log = logger("viewer_link");

/** Calls of one viewer under way at once; a page makes a handful. */
const CALLS_MAX = 100;

/** Where a viewer was cut off. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

/** Whether changes go out, or why they do not. */
type Flow =
  | { readonly kind: "starting" }
  | { readonly kind: "flowing" }
  | {
    readonly kind: "behind";
    /** The last change that went out. */
    readonly at: Place;
    readonly deadline: ReturnType<typeof setTimeout>;
  }
  | { readonly kind: "closed" };

export class ViewerLink implements Carrier, Viewer {
  readonly #net: Net;
  readonly #node: NodeId;
  readonly #resume: Place | undefined;
  #socket: Socket | undefined;
  #hub: Hub | undefined;
  #flow: Flow = { kind: "starting" };
  #calls = 0;

  constructor(net: Net, node: NodeId, resume: Place | undefined) {
    this.#net = net;
    this.#node = node;
    this.#resume = resume;
  }

  get node(): NodeId {
    return this.#node;
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    if (!this.#net.registry.find(this.#node)) {
      sendText(
        socket,
        this.#net.metrics,
        JSON.stringify({ error: "Agent not found" }),
      );
      return this.#close(CLOSE.notFound, "Agent not found");
    }
    this.#hub = this.#net.hubs.of(this.#node);
    this.#net.viewers.add(this);
    this.#attach(this.#hub).catch((thrown) => {
      log.failed("attach_failed", thrown, { node: this.#node });
      this.#begin();
    });
  }

  text(frame: string): void {
    if (this.#calls >= CALLS_MAX) {
      return this.#close(
        CLOSE.tooSlow,
        `Too many calls: over ${CALLS_MAX} at once`,
      );
    }
    this.#calls++;
    answerText(frame, {
      core: this.#net,
      caller: { subscribe() {} },
      given: { node: this.#node },
      own: () => undefined,
    }).then((reply) => {
      this.#calls--;
      if (reply !== undefined) this.#send(reply);
    }).catch((thrown) => log.failed("answer_failed", thrown));
  }

  binary(): void {
    this.#close(CLOSE.badFrame, "Cannot read a binary frame");
  }

  drained(): void {
    // Bun tells of every bit that went out, not only of the last.
    const isFlooded = this.#socket && isFull(this.#socket);
    if (this.#flow.kind !== "behind" || isFlooded) return;
    clearTimeout(this.#flow.deadline);
    this.#begin(this.#flow.at);
  }

  heard(): void {}

  closed(): void {
    if (this.#flow.kind === "behind") clearTimeout(this.#flow.deadline);
    this.#flow = { kind: "closed" };
    this.#net.viewers.delete(this);
    this.#detach();
    this.#net.agents.get(this.#node)?.viewersChanged();
  }

  change(_change: Change, _seq: number, json: string): void {
    if (this.#flow.kind !== "flowing") return;
    this.#net.metrics.count("hypivisor_events_out_total");
    this.#send(json);
  }

  replaced(): void {
    if (this.#flow.kind === "flowing") this.#begin();
  }

  stilled(): void {} // The node's record says it.

  /** The roster's record is new, or it is time for a sign of life. */
  tell(json: string): void {
    if (this.#flow.kind === "flowing") this.#send(json);
  }

  forgotten(): void {
    this.#close(CLOSE.notFound, "Agent forgotten");
  }

  goAway(): void {
    this.#close(CLOSE.goingAway, "Hypivisor is stopping");
  }

  #detach: () => void = () => {};

  async #attach(hub: Hub): Promise<void> {
    this.#detach = hub.attach(this);
    await this.#adopt();
    this.#net.agents.get(this.#node)?.viewersChanged();
    await warm(this.#net, this.#node, hub);
    this.#begin(this.#resume);
  }

  /** An agent of the original is dialled when somebody wants to see it. */
  async #adopt(): Promise<void> {
    const { agents, registrants } = this.#net;
    if (agents.has(this.#node) || !registrants.has(this.#node)) return;
    const agent = new AdoptedAgent(this.#net, this.#node);
    agents.set(this.#node, agent);
    await agent.dial(this.#net.relayTargets(this.#node));
  }

  /** Sends what was missed since `place`, or everything. */
  #begin(place?: Place): void {
    const socket = this.#socket;
    const hub = this.#hub;
    if (!socket || !hub || this.#flow.kind === "closed") return;
    this.#flow = { kind: "flowing" };
    const missed = place && hub.since(place.stream, place.seq);
    if (missed && place) {
      this.#send(JSON.stringify({ type: "resumed", ...place }));
      for (const json of missed) this.#send(json);
      return this.tell(
        JSON.stringify({
          type: "node",
          node: this.#net.registry.find(this.#node),
        }),
      );
    }
    if (place) this.#net.metrics.count("hypivisor_resyncs_total");
    const node = JSON.stringify(this.#net.registry.find(this.#node));
    this.#send(`${hub.snapshot()},"node":${node}}`);
  }

  #send(text: string): void {
    const socket = this.#socket;
    if (!socket || this.#flow.kind === "closed") return;
    sendText(socket, this.#net.metrics, text);
    if (this.#flow.kind !== "flowing" || !isFull(socket)) return;
    const at = this.#hub?.place ?? { stream: "", seq: 0 };
    const deadline = closeIfStillFull(socket, this.#net.metrics);
    this.#flow = { kind: "behind", at, deadline };
  }

  #close(code: number, reason: string): void {
    if (this.#socket) closeSocket(this.#socket, code, reason);
  }
}
