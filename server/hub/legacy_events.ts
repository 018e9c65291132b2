/**
 * Understands an agent of the original: its frames become events as our own
 * agents send them, so that the hub need not know the difference.
 *
 * Keeps what it needs to tell deltas from whole messages. Pure otherwise.
 */

import type { AgentEvent, AgentFacts } from "../protocol/event.ts";
import type {
  Flight,
  FlightBlock,
  Item,
  ItemKey,
  Message,
  ToolRun,
} from "../protocol/item.ts";
import { itemKeyOf } from "../protocol/item.ts";
import type { UnixMs } from "../protocol/node.ts";
import { isRecord } from "../read.ts";
import { readMessage } from "../read_item.ts";

type Frame = Readonly<Record<string, unknown>>;

const NO_USAGE = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cost: 0,
  turns: 0,
};

export class LegacyEvents {
  readonly #session: string;
  readonly #keys = new Map<ItemKey, number>();
  #flight: Flight | null = null;
  #tools = new Map<string, ToolRun>();

  /** @param session Stands for the session; the original does not tell it. */
  constructor(session: string) {
    this.#session = session;
  }

  /**
   * The events of one frame; none for replies and for what nobody knows.
   *
   * @throws {HypivisorError} `bad_request` if it is not what its type says.
   */
  of(frame: Frame, now: UnixMs): AgentEvent[] {
    switch (frame.type) {
      case "init_state":
        return [this.#sync(frame, now)];
      case "message_start":
        return this.#start(readMessage(frame.message, "message"), now);
      case "message_update":
        return this.#update(readMessage(frame.message, "message"));
      case "message_end":
        return this.#end(readMessage(frame.message, "message"), now);
      case "tool_execution_start":
      case "tool_execution_update":
      case "tool_execution_end":
        return this.#tool(frame, now);
      default:
        return [];
    }
  }

  #sync(frame: Frame, now: UnixMs): AgentEvent {
    this.#keys.clear();
    this.#flight = null;
    this.#tools.clear();
    const messages = Array.isArray(frame.messages) ? frame.messages : [];
    const items = messages.map((message, index) =>
      this.#item(readMessage(message, `messages[${index}]`))
    );
    const total = Number(frame.totalMessages);
    return {
      type: "sync",
      after: null,
      items,
      // Older ones can only be had by index, which pages of ours do not use.
      more: false,
      total: Number.isSafeInteger(total) ? total : items.length,
      flight: null,
      tools: [],
      facts: this.#facts(frame),
      activity: frame.isStreaming === true
        ? { kind: "working", since: now }
        : { kind: "idle", since: now },
    };
  }

  #facts(frame: Frame): AgentFacts {
    const tools = Array.isArray(frame.tools) ? frame.tools : [];
    return {
      pi: "",
      mode: "",
      session: { id: this.#session },
      model: null,
      thinking: "",
      branch: null,
      context: null,
      usage: NO_USAGE,
      queue: [],
      tools: tools.filter(isRecord).map(({ name, description }) => ({
        name: String(name ?? ""),
        description: String(description ?? ""),
        active: true,
      })),
    };
  }

  #start(message: Message, now: UnixMs): AgentEvent[] {
    const working: AgentEvent = {
      type: "activity",
      activity: { kind: "working", since: now },
    };
    if (message.role !== "assistant") return [working];
    this.#flight = {
      key: itemKeyOf(message),
      startedAt: message.timestamp,
      blocks: blocksOf(message),
    };
    return [working, this.#flightEvent()];
  }

  /** A delta where the text only grew; else the whole message anew. */
  #update(message: Message): AgentEvent[] {
    if (message.role !== "assistant") return [];
    const before = this.#flight;
    const blocks = blocksOf(message);
    this.#flight = {
      key: itemKeyOf(message),
      startedAt: message.timestamp,
      blocks,
    };
    const at = blocks.length - 1;
    const old = before?.blocks[at];
    const grown = blocks[at];
    if (
      before?.key === this.#flight.key &&
      before.blocks.length === blocks.length &&
      old && grown && old.kind !== "tool" && old.kind === grown.kind &&
      grown.text.startsWith(old.text)
    ) {
      const text = grown.text.slice(old.text.length);
      return text === "" ? [] : [{ type: "delta", at, text }];
    }
    return [this.#flightEvent()];
  }

  #end(message: Message, now: UnixMs): AgentEvent[] {
    const events: AgentEvent[] = [{ type: "item", item: this.#item(message) }];
    if (message.role === "toolResult") this.#tools.delete(message.toolCallId);
    if (message.role !== "assistant") return events;
    this.#flight = null;
    if (message.stopReason === "toolUse") return events;
    return [
      ...events,
      { type: "activity", activity: { kind: "idle", since: now } },
    ];
  }

  #tool(frame: Frame, now: UnixMs): AgentEvent[] {
    const id = String(frame.toolCallId ?? "");
    const known = this.#tools.get(id);
    if (frame.type === "tool_execution_update") {
      const text = outputOf(frame.partialResult);
      return known ? [{ type: "output", id, keep: 0, text }] : [];
    }
    const tool: ToolRun = {
      id,
      name: String(frame.toolName ?? known?.name ?? ""),
      args: isRecord(frame.args) ? frame.args : known?.args ?? {},
      state: frame.type === "tool_execution_start"
        ? "running"
        : frame.isError === true
        ? "failed"
        : "done",
      startedAt: known?.startedAt ?? now,
      output: "",
    };
    this.#tools.set(id, tool);
    return [{ type: "tool", tool }];
  }

  #item(message: Message): Item {
    const key = itemKeyOf(message);
    const seen = (this.#keys.get(key) ?? 0) + 1;
    this.#keys.set(key, seen);
    return {
      kind: "message",
      key: seen === 1 ? key : `${key}~${seen}`,
      message,
    };
  }

  #flightEvent(): AgentEvent {
    return {
      type: "flight",
      flight: this.#flight,
      tools: [...this.#tools.values()],
    };
  }
}

function blocksOf(message: Message): FlightBlock[] {
  if (message.role !== "assistant") return [];
  return message.content.map((part) => {
    switch (part.type) {
      case "text":
        return { kind: "text", text: part.text };
      case "thinking":
        return { kind: "thinking", text: part.thinking };
      case "toolCall":
        return {
          kind: "tool",
          text: JSON.stringify(part.arguments),
          call: { id: part.id, name: part.name },
        };
    }
  });
}

function outputOf(result: unknown): string {
  const content = isRecord(result) ? result.content : undefined;
  if (!Array.isArray(content)) return "";
  return content.map((part) => isRecord(part) ? String(part.text ?? "") : "")
    .join("\n");
}
