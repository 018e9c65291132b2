/** `hypivisor tail`: what was said last, or is on a terminal's screen. */

import type { AssistantMessage, Item, ItemKey } from "../protocol/item.ts";
import type { NodeId } from "../protocol/node.ts";
import type { TerminalRecord } from "../protocol/terminal.ts";
import type { ViewerDown } from "../protocol/viewer.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { connect, type Reached } from "./connect.ts";
import { follow } from "./conversation.ts";
import { fetchOne } from "./everything.ts";
import { EXIT, print, printJson } from "./output.ts";
import type { RpcSocket } from "./rpc_socket.ts";
import { Speaker } from "./speaker.ts";
import { painter, plainLines } from "./style.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";
import { afterAnswer, itemText } from "./transcript_text.ts";

const MESSAGES = 10;
const LINES = 50;

/** Pages are asked for until there are enough; nobody reads more than this. */
const COUNT_MAX = 100_000;

/** The runner keeps no more of a terminal. */
const LINES_MAX = 10_000;

/** Items told apart after a cut: a snapshot holds far fewer. */
const SEEN_MAX = 20_000;

export const tail: Command = {
  name: "tail",
  usage: "ID",
  summary: "Show an agent's last messages, a terminal's lines",
  about:
    `An agent's conversation as text, also of one that is offline. With --json a
line for each message. Of tools only the last lines are shown.`,
  options: [
    {
      kind: "flag",
      name: "follow",
      short: "f",
      summary: "Go on as it happens, until Ctrl-C",
    },
    {
      kind: "value",
      name: "lines",
      short: "n",
      value: "N",
      summary:
        `So many messages (${MESSAGES}), or lines of a terminal (${LINES})`,
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 1, max: 1, completion: ["any"] },
  async run(args) {
    using reached = await connect(args);
    const found = await fetchOne(reached.rpc, args.words[0] ?? "");
    if (found.kind === "terminal") {
      return await tailTerminal(found.terminal, args, reached.rpc);
    }
    const wanted = args.whole("lines", 0, COUNT_MAX) ?? MESSAGES;
    return args.flag("follow")
      ? await followAgent(found.node.id, wanted, args, reached)
      : await showAgent(found.node.id, wanted, args, reached.rpc);
  },
};

async function tailTerminal(
  { id }: TerminalRecord,
  args: Arguments,
  rpc: RpcSocket,
): Promise<number> {
  if (args.flag("follow")) {
    throw new UsageError(
      `Cannot follow a terminal as text. Look at it: hypivisor attach --read-only ${id}`,
    );
  }
  const lines = args.whole("lines", 1, LINES_MAX) ?? LINES;
  const { text } = await rpc.call("tail_terminal", { terminal: id, lines });
  if (args.flag("json")) return printJson({ text });
  return print(plainLines(text).replace(/\n*$/, "\n"));
}

async function showAgent(
  node: NodeId,
  wanted: number,
  args: Arguments,
  rpc: RpcSocket,
): Promise<number> {
  const items = await lastItems(rpc, node, wanted);
  if (args.flag("json")) {
    for (const item of items) printJson(item);
    return EXIT.ok;
  }
  const paint = painter(process.stdout);
  let text = "";
  for (const item of items) {
    const part = itemText(item, paint);
    if (part === "") continue;
    text += text !== "" && !isBelow(item) ? `\n${part}` : part;
  }
  return print(text);
}

/** The newest `wanted` items, oldest first. */
async function lastItems(
  rpc: RpcSocket,
  node: NodeId,
  wanted: number,
  start: readonly Item[] = [],
  hasMore = true,
): Promise<readonly Item[]> {
  let items = start;
  let more = hasMore;
  while (items.length < wanted && more) {
    const before: ItemKey | undefined = items[0]?.key;
    const page = await rpc.call("page", {
      node,
      ...before === undefined ? {} : { before },
    });
    items = [...page.items, ...items];
    more = page.more && page.items.length > 0;
  }
  return wanted === 0 ? [] : items.slice(-wanted);
}

async function followAgent(
  node: NodeId,
  wanted: number,
  args: Arguments,
  { connection, rpc }: Reached,
): Promise<number> {
  const printer = args.flag("json") ? jsonPrinter() : textPrinter();
  const seen = new Set<ItemKey>();
  let isFirst = true;
  const waiting: ViewerDown[] = [];
  const show = (item: Item) => {
    if (seen.has(item.key)) return;
    see(item.key);
    printer.item(item);
  };
  const see = (key: ItemKey) => {
    seen.add(key);
    const [oldest] = seen;
    if (seen.size > SEEN_MAX && oldest !== undefined) seen.delete(oldest);
  };
  const hear = (frame: ViewerDown) => {
    switch (frame.type) {
      case "snapshot":
        // After a cut: what came meanwhile. All older ones were seen.
        for (const item of frame.items) show(item);
        return printer.speaker.flight(frame.flight);
      case "item":
        return show(frame.item);
      case "flight":
      case "block":
      case "delta":
        return printer.speaker.change(frame);
    }
  };
  using conversation = await follow(connection, node, (frame) => {
    if (!isFirst) return hear(frame);
    waiting.push(frame);
    if (frame.type === "snapshot") void begin(frame.items, frame.more);
  });

  /** What came while older pages were asked for is told afterwards. */
  async function begin(items: readonly Item[], more: boolean): Promise<void> {
    const last = await lastItems(rpc, node, wanted, items, more);
    for (const { key } of items) see(key);
    for (const item of last) {
      see(item.key);
      printer.item(item);
    }
    isFirst = false;
    for (const frame of waiting.splice(0)) hear(frame);
  }
  return await conversation.failed;
}

interface Printer {
  readonly speaker: Speaker;
  item(item: Item): void;
}

function jsonPrinter(): Printer {
  return { speaker: new Speaker(() => {}), item: printJson };
}

/** Answers are printed as they are written, everything else when it is there. */
function textPrinter(): Printer {
  const paint = painter(process.stdout);
  let isBegun = false;
  const speaker = new Speaker((text) => {
    if (!speaker.isSpeaking) gap();
    print(text);
  });
  function gap(): void {
    if (isBegun) print("\n");
    isBegun = true;
  }
  return {
    speaker,
    item(item) {
      if (speaker.isSpeaking && isAnswer(item)) {
        speaker.finish(item);
        print(afterAnswer(item.message, paint));
        return;
      }
      const text = itemText(item, paint);
      if (text === "") return;
      if (!isBelow(item)) gap();
      print(text);
    },
  };
}

/** What a tool printed stands below its call. */
function isBelow(item: Item): boolean {
  return item.kind === "message" && item.message.role === "toolResult";
}

function isAnswer(
  item: Item,
): item is Item & { readonly message: AssistantMessage } {
  return item.kind === "message" && item.message.role === "assistant";
}
