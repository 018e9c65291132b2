/**
 * What the page knows about pi's tools: icon, target, how much to show.
 *
 * Arguments come from a model and may be anything, so each is looked at before
 * it is used. A tool that is not in the table is shown with all it has.
 */

import type { IconName } from "./icon.tsx";
import { pathWithin } from "./path.ts";

export type ToolArgs = Readonly<Record<string, unknown>>;

export interface ToolFacts {
  readonly icon: IconName;
  /** It changes nothing: several in a row fold into one line. */
  readonly readOnly: boolean;
  /** What is shown until a person opens the card. */
  readonly preview: { readonly lines: number; readonly from: "start" | "end" };
  /** What it works on, in one line. */
  target(args: ToolArgs, cwd: string | undefined): string;
}

const UNKNOWN: ToolFacts = {
  icon: "wrench",
  readOnly: false,
  preview: { lines: 10, from: "start" },
  target: () => "",
};

const TOOLS: Readonly<Record<string, ToolFacts>> = {
  bash: {
    icon: "terminal",
    readOnly: false,
    preview: { lines: 5, from: "end" },
    target: (args) => firstLine(text(args.command)),
  },
  read: {
    icon: "file",
    readOnly: true,
    preview: { lines: 10, from: "start" },
    target: (args, cwd) => path(args, cwd) + range(args),
  },
  write: {
    icon: "filePlus",
    readOnly: false,
    preview: { lines: 10, from: "start" },
    target: path,
  },
  edit: {
    icon: "pencil",
    readOnly: false,
    preview: { lines: 16, from: "start" },
    target: path,
  },
  grep: {
    icon: "search",
    readOnly: true,
    preview: { lines: 15, from: "start" },
    target: (args, cwd) => inFolder(text(args.pattern), args, cwd),
  },
  find: {
    icon: "folder",
    readOnly: true,
    preview: { lines: 20, from: "start" },
    target: (args, cwd) => inFolder(text(args.pattern), args, cwd),
  },
  ls: {
    icon: "folder",
    readOnly: true,
    preview: { lines: 20, from: "start" },
    target: (args, cwd) => path(args, cwd) || ".",
  },
};

export function factsOf(tool: string): ToolFacts {
  return Object.hasOwn(TOOLS, tool) ? TOOLS[tool]! : UNKNOWN;
}

export function isKnown(tool: string): boolean {
  return Object.hasOwn(TOOLS, tool);
}

/** The file a tool changes, as it names it. */
export function changedFile(tool: string, args: ToolArgs): string | undefined {
  if (tool !== "edit" && tool !== "write") return undefined;
  return text(args.path ?? args.file_path) || undefined;
}

/** The target, from arguments that have not all arrived. */
export function peekTarget(json: string): string {
  const match = /"(?:command|path|file_path|pattern)"\s*:\s*"((?:[^"\\]|\\.)*)/
    .exec(json.slice(0, 2_000));
  const found = match?.[1] ?? "";
  return firstLine(found.replace(/\\n/g, "\n").replace(/\\(.)/g, "$1"));
}

function path(args: ToolArgs, cwd: string | undefined): string {
  return pathWithin(text(args.path ?? args.file_path), cwd);
}

function inFolder(
  pattern: string,
  args: ToolArgs,
  cwd: string | undefined,
): string {
  const folder = path(args, cwd);
  return folder && folder !== "." ? `${pattern} in ${folder}` : pattern;
}

function range(args: ToolArgs): string {
  const offset = Number(args.offset) || 0;
  const limit = Number(args.limit) || 0;
  if (!offset && !limit) return "";
  const start = Math.max(1, offset);
  return limit ? `:${start}-${start + limit - 1}` : `:${start}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function firstLine(command: string): string {
  const lines = command.trim().split("\n");
  return lines.length > 1 ? `${lines[0]} …` : lines[0] ?? "";
}
