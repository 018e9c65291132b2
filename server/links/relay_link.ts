/**
 * The relay: carries frames, unread, between one viewer and one agent of the
 * original, which listens on a port of its own.
 *
 * Text stays text and binary stays binary, from the first frame on. Neither
 * side is read faster than the other reads; when one ends, so does the other.
 */

import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type { NodeId } from "../protocol/node.ts";
import type { Net } from "./net.ts";
import { type Carrier, closeSocket, type Socket } from "./socket.ts";

const log = logger("relay_link");

/** An agent on this network answers in milliseconds. */
const DIAL_WITHIN_MS = 5_000;

/** What may wait on either side before the other is not read any more. */
const WAITING_MAX_BYTES = 1024 * 1024;

/** What a viewer may say before the agent has answered the dial. */
const EARLY_FRAMES_MAX = 100;
const EARLY_MAX_BYTES = 16 * 1024 * 1024;

/** Bun's client tells nothing when it has drained, so it is asked. */
const DRAIN_POLL_MS = 20;

/** Bun's socket can stop reading; the DOM's type does not know. */
interface Pausable {
  pause(): void;
  resume(): void;
}

export class RelayLink implements Carrier {
  readonly #net: Net;
  readonly #node: NodeId;
  readonly #targets: readonly string[];
  #viewer: Socket | undefined;
  #agent: WebSocket | undefined;
  #early: (string | Uint8Array<ArrayBuffer>)[] = [];
  #earlyBytes = 0;
  /** Why the last dial failed. */
  #failure = "Cannot reach agent";
  #poll: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /** @param targets URLs to try in turn. */
  constructor(net: Net, node: NodeId, targets: readonly string[]) {
    this.#net = net;
    this.#node = node;
    this.#targets = targets;
  }

  opened(socket: Socket): void {
    this.#viewer = socket;
    this.#dial(0);
  }

  text(frame: string): void {
    this.#toAgent(frame);
  }

  binary(frame: Uint8Array<ArrayBuffer>): void {
    this.#toAgent(frame);
  }

  drained(): void {
    if (this.#agent) asPausable(this.#agent).resume();
  }

  heard(): void {}

  closed(): void {
    this.#isClosed = true;
    clearInterval(this.#poll);
    this.#agent?.close();
  }

  #dial(attempt: number): void {
    const target = this.#targets[attempt];
    if (target === undefined) return this.#fail(this.#failure);
    const agent = new WebSocket(target);
    agent.binaryType = "arraybuffer";
    let isOpen = false;
    const timer = setTimeout(() => agent.close(), DIAL_WITHIN_MS);
    agent.onopen = () => {
      isOpen = true;
      clearTimeout(timer);
      if (this.#isClosed) return agent.close();
      this.#agent = agent;
      for (const frame of this.#early) agent.send(frame);
      this.#early = [];
    };
    agent.onerror = (event) => {
      this.#failure = failureOf((event as ErrorEvent).message ?? "");
    };
    agent.onmessage = ({ data }) => this.#toViewer(data);
    agent.onclose = ({ code, reason }) => {
      clearTimeout(timer);
      if (this.#isClosed) return;
      if (isOpen) return this.#agentLeft(code, reason);
      log.debug("dial_failed", { node: this.#node, target });
      this.#dial(attempt + 1);
    };
  }

  #toViewer(data: unknown): void {
    const viewer = this.#viewer;
    if (!viewer || this.#isClosed) return;
    this.#net.metrics.count("hypivisor_events_out_total");
    if (typeof data === "string") viewer.send(data);
    else viewer.send(new Uint8Array(data as ArrayBuffer));
    if (viewer.getBufferedAmount() > WAITING_MAX_BYTES && this.#agent) {
      asPausable(this.#agent).pause();
    }
  }

  #toAgent(frame: string | Uint8Array<ArrayBuffer>): void {
    const agent = this.#agent;
    if (!agent) {
      this.#earlyBytes += frame.length;
      if (
        this.#early.length < EARLY_FRAMES_MAX &&
        this.#earlyBytes <= EARLY_MAX_BYTES
      ) {
        // The buffer belongs to the socket and is used again.
        this.#early.push(typeof frame === "string" ? frame : frame.slice());
        return;
      }
      return this.#fail(
        "Cannot reach agent: too much was said before it answered",
      );
    }
    agent.send(frame);
    if (agent.bufferedAmount <= WAITING_MAX_BYTES || this.#poll) return;
    const viewer = this.#viewer as Socket & Pausable;
    viewer.pause();
    this.#poll = setInterval(() => {
      if (agent.bufferedAmount > WAITING_MAX_BYTES) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
      viewer.resume();
    }, DRAIN_POLL_MS);
  }

  #agentLeft(code: number, reason: string): void {
    // 1005 and 1006 are no codes to send: they say that none came.
    const known = code >= 3000 || code === 1000;
    this.#end(known ? code : CLOSE.agentGone, reason || "Agent went away");
  }

  #fail(error: string): void {
    this.#viewer?.send(JSON.stringify({ error }));
    this.#end(CLOSE.agentGone, error);
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed || !this.#viewer) return;
    closeSocket(this.#viewer, code, reason);
  }
}

/** In the original's words: not there, or there and no agent. */
function failureOf(message: string): string {
  return /expected 101|upgrade|handshake|accept/i.test(message)
    ? "Agent handshake failed: invalid response"
    : `Cannot reach agent${message ? `: ${message}` : ""}`;
}

function asPausable(socket: WebSocket): Pausable {
  return socket as unknown as Pausable;
}
