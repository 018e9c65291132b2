/**
 * One viewer of one node that speaks the original's dialect, while the agent
 * is on an uplink of ours.
 *
 * `init_state` first, then pi's events with whole messages; plain text is a
 * prompt. Beyond the original: JSON of an unknown type is refused instead of
 * going to the model, and a file goes with the next prompt.
 */

import { HypivisorError, toWireError } from "../errors.ts";
import type { Hub, Viewer } from "../hub/hub.ts";
import { LegacyFrames } from "../hub/legacy_frames.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../protocol/close.ts";
import type { Attachment, Command } from "../protocol/command.ts";
import type { Change } from "../protocol/event.ts";
import type { LegacyDown } from "../protocol/legacy.ts";
import type { NodeId } from "../protocol/node.ts";
import { warm } from "../rpc/transcript.ts";
import {
  LEGACY_FILE_MAX_BYTES,
  type LegacyRequest,
  readLegacyFrame,
} from "./legacy_request.ts";
import { historyPage, initState } from "./legacy_history.ts";
import type { LiveAgent, Net } from "./net.ts";
import {
  type Carrier,
  closeSocket,
  isFull,
  sendText,
  type Socket,
} from "./socket.ts";

const log = logger("legacy_viewer_link");

/** Files that wait for the next prompt. */
const FILES_MAX = 20;

export class LegacyViewerLink implements Carrier, Viewer {
  readonly #net: Net;
  readonly #node: NodeId;
  readonly #frames = new LegacyFrames();
  #socket: Socket | undefined;
  #detach: () => void = () => {};
  #ready = false;
  /** How often it began: only the last beginning counts. */
  #begun = 0;
  #attachments: Attachment[] = [];

  constructor(net: Net, node: NodeId) {
    this.#net = net;
    this.#node = node;
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    const hub = this.#net.hubs.of(this.#node);
    this.#detach = hub.attach(this);
    this.#agent()?.viewersChanged();
    this.#begin(hub);
  }

  text(frame: string): void {
    this.#serve(frame).catch((thrown) => {
      const { code, message } = toWireError(thrown);
      if (code === "internal") log.failed("request_failed", thrown);
      this.#send({ type: "error", message });
    });
  }

  binary(): void {} // As the original: ignored.

  drained(): void {}

  heard(): void {}

  closed(): void {
    this.#detach();
    this.#agent()?.viewersChanged();
  }

  change(change: Change): void {
    for (const frame of this.#frames.of(change)) this.#send(frame);
  }

  replaced(): void {
    this.#begin(this.#net.hubs.of(this.#node));
  }

  /** The original's clients see no state, so they are told by a close. */
  stilled(): void {
    if (!this.#socket) return;
    closeSocket(this.#socket, CLOSE.agentGone, "Agent went away");
  }

  #agent(): LiveAgent | undefined {
    return this.#net.agents.get(this.#node);
  }

  #begin(hub: Hub): void {
    this.#ready = false;
    this.#start(hub, ++this.#begun).catch((thrown) =>
      log.failed("init_failed", thrown)
    );
  }

  async #start(hub: Hub, begun: number): Promise<void> {
    await warm(this.#net, this.#node, hub);
    const tools = await this.#agent()?.ask("tools", {})
      .catch(() => ({ tools: hub.facts?.tools ?? [] }));
    if (begun !== this.#begun) return;
    this.#ready = true;
    this.#send(initState(hub, tools?.tools ?? []));
    for (const frame of this.#frames.begin(hub.live)) this.#send(frame);
  }

  async #serve(frame: string): Promise<void> {
    const request = readLegacyFrame(frame);
    const agent = this.#agent();
    if (!agent) throw new HypivisorError("unavailable", "Agent is offline");
    switch (request.type) {
      case "prompt":
        return await this.#prompt(agent, request.text);
      case "abort":
        return void await this.#command(agent, { kind: "abort" });
      case "fetch_history": {
        const hub = this.#net.hubs.of(this.#node);
        return this.#send(await historyPage(hub, agent, request));
      }
      case "list_commands": {
        const { commands } = await agent.ask("commands", {});
        return this.#send({
          type: "commands_list",
          commands: commands.map(({ name, description }) => ({
            name: `/${name}`,
            description,
          })),
        });
      }
      case "list_files": {
        const folder = await agent.ask("folder", { prefix: request.prefix });
        return this.#send({ type: "files_list", ...folder });
      }
      case "attach_file":
        return this.#attach(request);
    }
  }

  async #prompt(agent: LiveAgent, text: string): Promise<void> {
    if (text.trim() === "") return;
    const attachments = this.#attachments;
    this.#attachments = [];
    await this.#command(agent, {
      kind: "prompt",
      text,
      mode: "followUp",
      ...(attachments.length > 0 ? { attachments } : {}),
    });
  }

  async #command(agent: LiveAgent, command: Command): Promise<void> {
    const receipt = await agent.command(crypto.randomUUID(), command);
    if (receipt.state === "refused") {
      throw new HypivisorError("conflict", receipt.reason ?? "Refused");
    }
  }

  #attach(request: LegacyRequest & { type: "attach_file" }): void {
    const { filename, content, mimeType } = request;
    const refusal = this.#refusalOf(request);
    if (refusal) {
      return this.#send({
        type: "attach_file_ack",
        filename,
        success: false,
        error: refusal,
      });
    }
    this.#attachments.push({
      name: filename,
      mimeType: mimeType ?? "text/plain",
      data: content,
    });
    this.#send({ type: "attach_file_ack", filename, success: true });
  }

  #refusalOf(
    { filename, content }: { filename: string; content: string },
  ): string | undefined {
    if (!filename) return "filename is required";
    if (!content) return "content is required";
    const bytes = Math.floor(content.length * 3 / 4);
    if (bytes > LEGACY_FILE_MAX_BYTES) {
      return `file too large (${Math.ceil(bytes / 1_048_576)}MB > 10MB)`;
    }
    if (this.#attachments.length >= FILES_MAX) return "too many files";
    const total = this.#attachments
      .reduce((sum, { data }) => sum + data.length * 3 / 4, bytes);
    return total > LEGACY_FILE_MAX_BYTES
      ? "files too large together (> 10MB)"
      : undefined;
  }

  #send(frame: LegacyDown): void {
    const socket = this.#socket;
    if (!socket || (!this.#ready && frame.type !== "init_state")) return;
    if (isFull(socket)) {
      this.#net.metrics.count("hypivisor_too_slow_total");
      return closeSocket(
        socket,
        CLOSE.tooSlow,
        "Too slow: over 1 MiB waits",
      );
    }
    this.#net.metrics.count("hypivisor_events_out_total");
    sendText(socket, this.#net.metrics, JSON.stringify(frame));
  }
}
