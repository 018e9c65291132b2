/**
 * A conversation as text: items, tool calls, and what a tool printed. Pure.
 *
 * What is shown comes from models, tools and files: nothing of it may move the
 * reader's cursor.
 */

import type {
  AssistantMessage,
  Item,
  Message,
  TextPart,
  ToolCallPart,
} from "../protocol/item.ts";
import { type Paint, plain, plainLines } from "./style.ts";

/** Of what a tool printed, the last lines; the rest is on the page. */
const OUTPUT_LINES = 8;

/** Of a tool's arguments, on one line. */
const ARGUMENT_MAX = 160;

/** The argument that says best what a tool works on, in this order. */
const TELLING = ["command", "path", "file_path", "pattern", "query", "url"];

/** An item with a newline at its end; empty if there is nothing to read. */
export function itemText(item: Item, paint: Paint): string {
  switch (item.kind) {
    case "message":
      return messageText(item.message, paint);
    case "compaction":
      return rule("The conversation was compacted", item.summary, paint);
    case "branch":
      return rule("Another branch", item.summary, paint);
  }
}

function messageText(message: Message, paint: Paint): string {
  switch (message.role) {
    case "user":
      return promptText(partsText(message.content), paint);
    case "assistant":
      return lines(
        answerText(message.content),
        afterAnswer(message, paint),
      );
    case "toolResult":
      return outputText(partsText(message.content), message.isError, paint);
    case "bashExecution":
      return lines(
        paint(`$ ${plain(message.command)}`, "bold"),
        outputText(message.output, (message.exitCode ?? 0) !== 0, paint),
      );
    case "custom":
      return message.display ? lines(partsText(message.content)) : "";
    default:
      return "";
  }
}

/** A prompt as it was sent, apart from what answers it. */
export function promptText(text: string, paint: Paint): string {
  const quoted = plainLines(text).trimEnd().split("\n")
    .map((line) => paint(`> ${line}`, "bold"));
  return lines(...quoted);
}

/** What the assistant says, without its thoughts and its calls. */
export function answerText(
  content: readonly { readonly type: string }[],
): string {
  return content.filter(isText).map(({ text }) => plainLines(text))
    .filter((text) => text.trim() !== "").join("\n\n");
}

/** What stands below an answer: the tools it calls, and how it went wrong. */
export function afterAnswer(
  { content, stopReason, errorMessage }: AssistantMessage,
  paint: Paint,
): string {
  const calls = content.filter(isCall).map(({ name, arguments: args }) => {
    const field = TELLING.find((key) => typeof args[key] === "string");
    const on = field ? String(args[field]) : JSON.stringify(args);
    return paint(plain(`* ${name} ${on}`).slice(0, ARGUMENT_MAX), "cyan");
  });
  if (stopReason === "error") {
    calls.push(paint(`! ${plain(errorMessage ?? "Failed")}`, "red"));
  }
  if (stopReason === "aborted") calls.push(paint("! Interrupted", "yellow"));
  return lines(...calls);
}

function outputText(output: string, isError: boolean, paint: Paint): string {
  const all = plainLines(output).trimEnd().split("\n");
  const shown = all.slice(-OUTPUT_LINES);
  const missing = all.length - shown.length;
  const rows = missing > 0 ? [`… ${missing} lines more`, ...shown] : shown;
  const colour = isError ? "red" : "dim";
  return lines(...rows.filter(Boolean).map((row) => paint(`  ${row}`, colour)));
}

function rule(what: string, summary: string, paint: Paint): string {
  const [first = ""] = plainLines(summary).trim().split("\n");
  return lines(paint(`--- ${what}${first ? `: ${first}` : ""}`, "dim"));
}

/** Text of a message; an image is named, not shown. */
function partsText(
  content: string | readonly { readonly type: string }[],
): string {
  if (typeof content === "string") return content;
  return content.map((part) => isText(part) ? part.text : `[${part.type}]`)
    .join("\n");
}

function isText(part: { readonly type: string }): part is TextPart {
  return part.type === "text";
}

function isCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === "toolCall";
}

function lines(...parts: string[]): string {
  const text = parts.filter(Boolean).map((part) => part.replace(/\n+$/, ""))
    .join("\n");
  return text && `${text}\n`;
}
