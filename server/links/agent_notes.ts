/**
 * What the registry learns from a conversation: status, names, last prompt.
 *
 * The one place where an event of the hub becomes a fact of the roster.
 */

import type { AgentEvent, AgentFacts } from "../protocol/event.ts";
import type { Item, Message } from "../protocol/item.ts";
import type { Activity, NodeId } from "../protocol/node.ts";
import type { Core } from "../rpc/core.ts";
import type { NodeDetails } from "../registry/entry.ts";

/** As much as fits a line of the roster. */
const LINE_MAX_CHARACTERS = 120;

/** @param before What the agent did before this event. */
export function noteEvent(
  core: Core,
  node: NodeId,
  event: AgentEvent,
  before: Activity | null,
): void {
  switch (event.type) {
    case "sync":
      noteFacts(core, node, event.facts);
      for (const item of event.items) notePrompt(core, node, item);
      return noteActivity(core, node, event.activity, before);
    case "facts":
      return noteFacts(core, node, event.facts);
    case "activity":
      return noteActivity(core, node, event.activity, before);
    case "item":
      return notePrompt(core, node, event.item);
  }
}

function noteFacts(
  { registry }: Core,
  node: NodeId,
  facts: Partial<AgentFacts>,
): void {
  const details: { -readonly [K in keyof NodeDetails]: NodeDetails[K] } = {};
  if (facts.session) details.session = facts.session;
  if (facts.model) details.model = facts.model;
  if (facts.thinking !== undefined) details.thinking = facts.thinking;
  if (facts.pi !== undefined) details.pi = facts.pi;
  if (facts.mode !== undefined) details.mode = facts.mode;
  if (facts.branch) details.branch = facts.branch;
  registry.detail(node, details);
}

/** A run that ends is news until somebody looks at it. */
function noteActivity(
  core: Core,
  node: NodeId,
  activity: Activity,
  before: Activity | null,
): void {
  const ended = activity.kind === "idle" && before !== null &&
    (before.kind === "working" || before.kind === "waiting");
  core.registry.act(
    node,
    activity,
    ended
      ? { at: activity.since, summary: `Finished. ${lastAnswer(core, node)}` }
      : undefined,
  );
}

function notePrompt({ registry }: Core, node: NodeId, item: Item): void {
  if (item.kind !== "message" || item.message.role !== "user") return;
  registry.detail(node, { lastPrompt: firstLine(textOf(item.message)) });
}

function lastAnswer({ hubs }: Core, node: NodeId): string {
  const newest = hubs.of(node).tail.items.at(-1);
  if (!newest) return "";
  const item = JSON.parse(newest.json) as Item;
  if (item.kind !== "message" || item.message.role !== "assistant") return "";
  return firstLine(textOf(item.message));
}

function textOf(message: Message): string {
  if (message.role === "bashExecution") return message.command;
  if (typeof message.content === "string") return message.content;
  return message.content
    .map((part) => part.type === "text" ? part.text : "")
    .join(" ");
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > LINE_MAX_CHARACTERS
    ? `${line.slice(0, LINE_MAX_CHARACTERS - 1)}…`
    : line;
}
