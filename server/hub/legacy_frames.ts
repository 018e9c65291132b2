/**
 * Tells a hub's changes as the original's clients expect them: pi's own
 * events, with the whole message in each.
 *
 * Keeps the message in flight and the running tools of one viewer; pure
 * otherwise. Costs what the original costs, and only where it is asked for.
 */

import type { Change } from "../protocol/event.ts";
import type { Flight, FlightBlock, Item, ToolRun } from "../protocol/item.ts";
import type { LegacyDown } from "../protocol/legacy.ts";
import { type Live, NOTHING_LIVE, step } from "./live.ts";

export class LegacyFrames {
  #live: Live = NOTHING_LIVE;

  /** Starts from what is live now. Returns the frames that tell of it. */
  begin(live: Live): LegacyDown[] {
    this.#live = NOTHING_LIVE;
    return this.of({ type: "flight", ...live });
  }

  /** The frames for one change; none for what the original does not know. */
  of(change: Change): LegacyDown[] {
    const before = this.#live;
    this.#live = step(before, change);
    switch (change.type) {
      case "flight":
        return [
          ...this.#flightFrames(before.flight, change.flight),
          ...change.tools
            .filter(({ id }) => !before.tools.some((tool) => tool.id === id))
            .map(toolStart),
        ];
      case "block":
        return this.#update(`${prefixOf(change.block)}_start`, change.at);
      case "delta": {
        const block = this.#live.flight?.blocks[change.at];
        if (!block) return [];
        return this.#update(`${prefixOf(block)}_delta`, change.at, change.text);
      }
      case "item":
        return itemFrames(change.item, before);
      case "tool":
        return before.tools.some(({ id }) => id === change.tool.id)
          ? []
          : [toolStart(change.tool)];
      case "output": {
        const tool = this.#live.tools.find(({ id }) => id === change.id);
        return tool ? [toolUpdate(tool)] : [];
      }
      case "activity":
      case "facts":
      case "receipt":
        return [];
    }
  }

  #flightFrames(before: Flight | null, after: Flight | null): LegacyDown[] {
    if (!after) return [];
    if (before?.key === after.key) return this.#update("text_delta", 0, "");
    const frames: LegacyDown[] = [
      { type: "message_start", message: messageOf({ ...after, blocks: [] }) },
    ];
    return after.blocks.length > 0
      ? [...frames, ...this.#update("text_delta", 0, "")]
      : frames;
  }

  #update(type: string, contentIndex: number, delta?: string): LegacyDown[] {
    const { flight } = this.#live;
    if (!flight) return [];
    const message = messageOf(flight);
    return [{
      type: "message_update",
      message,
      assistantMessageEvent: {
        type,
        contentIndex,
        ...(delta === undefined ? {} : { delta }),
        partial: message,
      },
    }];
  }
}

function itemFrames(item: Item, before: Live): LegacyDown[] {
  if (item.kind !== "message") return [];
  const { message } = item;
  const frames: LegacyDown[] = [];
  if (message.role === "toolResult") {
    const { toolCallId, toolName, content, details, isError } = message;
    frames.push({
      type: "tool_execution_end",
      toolCallId,
      toolName,
      result: { content, ...(details === undefined ? {} : { details }) },
      isError,
    });
  }
  if (before.flight?.key !== item.key) {
    frames.push({ type: "message_start", message });
  }
  return [...frames, { type: "message_end", message }];
}

function toolStart(tool: ToolRun): LegacyDown {
  return {
    type: "tool_execution_start",
    toolCallId: tool.id,
    toolName: tool.name,
    args: tool.args,
  };
}

function toolUpdate(tool: ToolRun): LegacyDown {
  return {
    type: "tool_execution_update",
    toolCallId: tool.id,
    toolName: tool.name,
    args: tool.args,
    partialResult: { content: [{ type: "text", text: tool.output }] },
  };
}

/** The partial message as pi would have it at this moment. */
function messageOf(flight: Flight): unknown {
  return {
    role: "assistant",
    content: flight.blocks.map(partOf),
    ...(flight.provider ? { provider: flight.provider } : {}),
    ...(flight.model ? { model: flight.model } : {}),
    timestamp: flight.startedAt,
  };
}

function partOf({ kind, text, call }: FlightBlock): unknown {
  switch (kind) {
    case "text":
      return { type: "text", text };
    case "thinking":
      return { type: "thinking", thinking: text };
    case "tool":
      return { type: "toolCall", ...call, arguments: argumentsOf(text) };
  }
}

/** Arguments stream as JSON text; until it is whole there is nothing to show. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // Not whole yet.
  }
}

function prefixOf({ kind }: FlightBlock): string {
  return kind === "tool" ? "toolcall" : kind;
}
