/**
 * What is in the air: the message still being written and the turn's tools.
 *
 * A pure step from one state to the next. The page does the same with the
 * same changes; both must come to the same text.
 */

import type { Change } from "../protocol/event.ts";
import type { Flight, FlightBlock, ToolRun } from "../protocol/item.ts";

/** Of all blocks in flight together. pi's own limits are far lower. */
export const FLIGHT_MAX_CHARACTERS = 1024 * 1024;

/** Of one tool's running output; the agent cuts at a quarter of it. */
export const OUTPUT_MAX_CHARACTERS = 1024 * 1024;

/** Parallel tools of one turn. */
const TOOLS_MAX = 200;

export interface Live {
  readonly flight: Flight | null;
  readonly tools: readonly ToolRun[];
}

export const NOTHING_LIVE: Live = { flight: null, tools: [] };

/** Returns what is live after `change`; the same object if that is nothing new. */
export function step(live: Live, change: Change): Live {
  switch (change.type) {
    case "flight":
      return { flight: change.flight, tools: change.tools };
    case "block":
      return withBlock(live, change.at, () => change.block);
    case "delta":
      return withBlock(
        live,
        change.at,
        (block) => block && { ...block, text: block.text + change.text },
      );
    case "item":
      return live.flight?.key === change.item.key
        ? { ...live, flight: null }
        : endedTools(live, change.item.key);
    case "tool":
      return { ...live, tools: withTool(live.tools, change.tool) };
    case "output":
      return {
        ...live,
        tools: live.tools.map((tool) =>
          tool.id === change.id
            ? {
              ...tool,
              output: bounded(
                tool.output.slice(0, change.keep) + change.text,
                OUTPUT_MAX_CHARACTERS,
              ),
            }
            : tool
        ),
      };
    case "activity":
      return change.activity.kind === "idle" && live.tools.length > 0
        ? { ...live, tools: [] }
        : live;
    case "facts":
    case "receipt":
      return live;
  }
}

function withBlock(
  live: Live,
  at: number,
  make: (old: FlightBlock | undefined) => FlightBlock | undefined,
): Live {
  const { flight } = live;
  // A delta for a block that was never begun: its `flight` is on its way.
  if (!flight || at > flight.blocks.length) return live;
  const block = make(flight.blocks[at]);
  if (!block) return live;
  const blocks = [...flight.blocks];
  const others = blocks.reduce(
    (sum, { text }, index) => index === at ? sum : sum + text.length,
    0,
  );
  const text = bounded(block.text, FLIGHT_MAX_CHARACTERS - others);
  blocks[at] = text === block.text ? block : { ...block, text };
  return { ...live, flight: { ...flight, blocks } };
}

/** A tool is over when its result is in the transcript. */
function endedTools(live: Live, key: string): Live {
  const tools = live.tools.filter((tool) => `tool:${tool.id}` !== key);
  return tools.length === live.tools.length ? live : { ...live, tools };
}

function withTool(
  tools: readonly ToolRun[],
  tool: ToolRun,
): readonly ToolRun[] {
  const known = tools.find(({ id }) => id === tool.id);
  if (!known) return [...tools, tool].slice(-TOOLS_MAX);
  const output = tool.output || known.output;
  return tools.map((old) => old === known ? { ...tool, output } : old);
}

/** Slices only when it must: text that is added to stays a rope. */
function bounded(text: string, max: number): string {
  return text.length > max ? text.slice(0, max) : text;
}
