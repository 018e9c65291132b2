/** The text of rows: what Copy copies, Quote quotes and Find searches. */

import { plainText } from "./ansi.ts";
import { diffOfEdit, diffText } from "./diff.ts";
import type { Row, ToolRow } from "./rows.ts";

type Content = string | readonly { readonly type: string }[] | undefined;

/** The text parts of a message's content, which may be any shape. */
export function textOf(content: Content): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { type?: unknown; text?: unknown }) =>
    part?.type === "text" && typeof part.text === "string" ? part.text : ""
  ).filter(Boolean).join("\n");
}

export function outputOf(row: ToolRow): string {
  if (row.result) return textOf(row.result.content);
  return row.live?.output.value ?? "";
}

export function rowText(row: Row): string {
  switch (row.kind) {
    case "user":
    case "custom":
      return textOf(row.message.content);
    case "text":
    case "thinking":
      return row.live ? row.live.value : row.text;
    case "tool":
      return toolText(row);
    case "explored":
      return row.tools.map(toolText).join("\n\n");
    case "caption":
    case "notice":
    case "unknown":
      return row.text;
    case "bash":
      return `$ ${row.message.command}\n${plainText(row.message.output)}`;
    case "worked":
    case "new":
      return "";
  }
}

function toolText(row: ToolRow): string {
  const args = row.args ?? {};
  const output = plainText(outputOf(row));
  if (row.name === "bash") return `$ ${args.command ?? ""}\n${output}`;
  if (row.name === "edit") {
    const lines = diffOfEdit(args, row.result?.details);
    return `${args.path ?? ""}\n${diffText(lines) || output}`;
  }
  if (row.name === "write") return `${args.path ?? ""}\n${args.content ?? ""}`;
  return `${row.name} ${JSON.stringify(args)}\n${output}`;
}
