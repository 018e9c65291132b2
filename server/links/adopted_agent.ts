/**
 * An agent of the original, for viewers of ours: dials its port while somebody
 * watches, and hands its conversation to the hub like any other.
 *
 * Prompts, abort, commands and files work as far as the original's dialect
 * has them; the rest is refused with the reason.
 */

import { HypivisorError } from "../errors.ts";
import { LegacyEvents } from "../hub/legacy_events.ts";
import { logger } from "../log.ts";
import type {
  AgentRequest,
  AgentRequests,
  Command,
} from "../protocol/command.ts";
import type { AgentEvent, Receipt } from "../protocol/event.ts";
import type { NodeId } from "../protocol/node.ts";
import { isRecord, parseJson } from "../read.ts";
import { noteEvent } from "./agent_notes.ts";
import { readAnswer } from "./answers.ts";
import type { LiveAgent, Net } from "./net.ts";
import { Pending } from "../pending.ts";

const log = logger("adopted_agent");

const DIAL_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;

/** The line is kept for this long after the last viewer left. */
const LINGER_MS = 30_000;

/** Commands remembered, so that one sent twice runs once. */
const SEEN_MAX = 1_000;

const REPLY_OF: Partial<Record<AgentRequest, string>> = {
  commands: "commands_list",
  folder: "files_list",
  files: "files_list",
};

export class AdoptedAgent implements LiveAgent {
  readonly epoch = crypto.randomUUID();
  readonly #net: Net;
  readonly #node: NodeId;
  readonly #events: LegacyEvents;
  readonly #replies = new Pending<string, unknown>();
  readonly #seen = new Map<string, Receipt>();
  #socket: WebSocket | undefined;
  #seq = 0;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(net: Net, node: NodeId) {
    this.#net = net;
    this.#node = node;
    this.#events = new LegacyEvents(node);
  }

  /** Resolves once the conversation is there; tries the targets in turn. */
  async dial(targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      if (await this.#open(target)) return;
    }
    this.#gone();
    log.warn("dial_failed", { id: this.#node });
  }

  command(id: string, command: Command): Promise<Receipt> {
    const known = this.#seen.get(id);
    if (known) return Promise.resolve(known);
    const receipt = this.#obey(id, command);
    this.#seen.set(id, receipt);
    if (this.#seen.size > SEEN_MAX) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#take({ type: "receipt", receipt });
    return Promise.resolve(receipt);
  }

  async ask<R extends AgentRequest>(
    method: R,
    params: AgentRequests[R]["params"],
  ): Promise<AgentRequests[R]["result"]> {
    const type = REPLY_OF[method];
    if (!type) throw new HypivisorError("unavailable", CANNOT);
    const reply = this.#replies.wait(type, ANSWER_WITHIN_MS);
    if (method === "commands") this.#send({ type: "list_commands" });
    else {
      const { prefix, query } = params as { prefix?: string; query?: string };
      this.#send({ type: "list_files", prefix: prefix ?? query ?? "" });
    }
    return readAnswer(method, asAnswer(await reply));
  }

  viewersChanged(): void {
    clearTimeout(this.#lingering);
    if (this.#net.hubs.of(this.#node).viewers > 0) return;
    this.#lingering = setTimeout(() => this.goAway(), LINGER_MS);
  }

  replace(): void {
    this.goAway();
  }

  goAway(): void {
    clearTimeout(this.#lingering);
    this.#socket?.close();
    this.#gone();
  }

  #open(target: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = new WebSocket(target);
    this.#socket = socket;
    const timer = setTimeout(() => socket.close(), DIAL_WITHIN_MS);
    socket.onmessage = ({ data }) => {
      this.#hear(String(data));
      clearTimeout(timer);
      resolve(true);
    };
    socket.onclose = () => {
      clearTimeout(timer);
      resolve(false);
      if (this.#seq > 0) this.#gone();
    };
    return promise;
  }

  #hear(text: string): void {
    try {
      const frame = parseJson(text);
      if (!isRecord(frame)) return;
      this.#replies.resolve(String(frame.type), frame);
      for (const event of this.#events.of(frame, this.#net.now())) {
        this.#take(event);
      }
    } catch (thrown) {
      // One frame that cannot be read; the next may well be.
      log.warn("frame_refused", { id: this.#node, why: String(thrown) });
    }
  }

  #take(event: AgentEvent): void {
    const hub = this.#net.hubs.of(this.#node);
    const before = hub.activity;
    this.#net.metrics.count("hypivisor_events_in_total");
    hub.take(this.epoch, ++this.#seq, event);
    noteEvent(this.#net, this.#node, event, before);
  }

  #obey(id: string, command: Command): Receipt {
    switch (command.kind) {
      case "prompt":
        for (const file of command.attachments ?? []) {
          this.#send({
            type: "attach_file",
            filename: file.name,
            content: file.data,
            mimeType: file.mimeType,
          });
        }
        if (command.text.trim() !== "") this.#socket?.send(command.text);
        return { id, state: "started" };
      case "abort":
        this.#send({ type: "abort" });
        return { id, state: "done" };
      case "rename":
      case "model":
      case "thinking":
        return { id, state: "refused", reason: CANNOT };
    }
  }

  #send(frame: unknown): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #gone(): void {
    this.#replies.fail(new HypivisorError("unavailable", "Agent is offline"));
    const { agents, hubs } = this.#net;
    if (agents.get(this.#node) !== this) return;
    agents.delete(this.#node);
    hubs.of(this.#node).still();
  }
}

const CANNOT =
  "This agent has the original's extension, which cannot do this: install pi-socket";

/** The original's replies have no name for where a command comes from. */
function asAnswer(reply: unknown): unknown {
  if (!isRecord(reply)) return reply;
  if (!Array.isArray(reply.commands)) return { ...reply, truncated: false };
  return {
    commands: reply.commands.filter(isRecord).map((command) => ({
      name: String(command.name ?? "").replace(/^\//, ""),
      description: String(command.description ?? ""),
      source: "pi",
    })),
  };
}
