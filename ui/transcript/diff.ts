/**
 * What an `edit` changed, as lines to draw.
 *
 * pi's own numbered diff from the result where there is one; before the result,
 * or without it, the texts of the arguments against one another.
 */

export interface DiffPart {
  readonly text: string;
  readonly marked: boolean;
}

export interface DiffLine {
  readonly kind: "added" | "removed" | "context" | "gap";
  /** As pi numbers it: the new line, or the old one if it was removed. */
  readonly number?: number;
  readonly parts: readonly DiffPart[];
}

/** Longer diffs are cut; the whole file is one click away in an editor. */
const MAX_LINES = 2_000;

export function diffOfEdit(
  args: Readonly<Record<string, unknown>>,
  details: unknown,
): DiffLine[] {
  const text = numberedDiff(details);
  const lines = text === undefined
    ? editsOf(args).flatMap(({ before, after }) => compare(before, after))
    : text.split("\n").flatMap(readLine);
  return markChanges(lines.slice(0, MAX_LINES));
}

export function countChanges(
  lines: readonly DiffLine[],
): { added: number; removed: number } {
  const count = (kind: DiffLine["kind"]) =>
    lines.filter((line) => line.kind === kind).length;
  return { added: count("added"), removed: count("removed") };
}

/** The clean lines: what a person would paste. */
export function diffText(lines: readonly DiffLine[]): string {
  const signs = { added: "+", removed: "-", context: " ", gap: " " };
  return lines.map(({ kind, parts }) =>
    signs[kind] + parts.map((part) => part.text).join("")
  ).join("\n");
}

function numberedDiff(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null) return undefined;
  const { diff } = details as { diff?: unknown };
  return typeof diff === "string" && diff !== "" ? diff : undefined;
}

/** `+ 12 text`, `- 12 text`, `  12 text`; a gap has no number. */
function readLine(line: string): DiffLine[] {
  const match = /^([+\- ])(\s*)(\d*) (.*)$/.exec(line);
  if (!match) return line ? [plain("context", line)] : [];
  const [, sign, , digits, text = ""] = match;
  if (!digits) return [plain("gap", text.trim())];
  const kind = sign === "+" ? "added" : sign === "-" ? "removed" : "context";
  return [{ ...plain(kind, text), number: Number(digits) }];
}

function editsOf(
  args: Readonly<Record<string, unknown>>,
): { before: string; after: string }[] {
  const list = Array.isArray(args.edits) ? args.edits : [args];
  return list.flatMap((edit: unknown) => {
    if (typeof edit !== "object" || edit === null) return [];
    const { oldText, newText } = edit as Record<string, unknown>;
    if (typeof oldText !== "string" || typeof newText !== "string") return [];
    return [{ before: oldText, after: newText }];
  });
}

/** What the two have in common at both ends, and all that lies between. */
function compare(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  const least = Math.min(old.length, now.length);
  let start = 0;
  while (start < least && old[start] === now[start]) start++;
  let end = 0;
  while (end < least - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    ...old.slice(0, start).map((text) => plain("context", text)),
    ...old.slice(start, old.length - end).map((text) => plain("removed", text)),
    ...now.slice(start, now.length - end).map((text) => plain("added", text)),
    ...old.slice(old.length - end).map((text) => plain("context", text)),
  ];
}

function plain(kind: DiffLine["kind"], text: string): DiffLine {
  return { kind, parts: [{ text, marked: false }] };
}

/** Marks what differs where exactly one line took the place of one line. */
function markChanges(lines: readonly DiffLine[]): DiffLine[] {
  const result = [...lines];
  lines.forEach((line, i) => {
    const next = lines[i + 1];
    const isPair = line.kind === "removed" && next?.kind === "added" &&
      lines[i - 1]?.kind !== "removed" && lines[i + 2]?.kind !== "added";
    if (!isPair) return;
    const [before, after] = mark(line.parts[0]!.text, next.parts[0]!.text);
    result[i] = { ...line, parts: before };
    result[i + 1] = { ...next, parts: after };
  });
  return result;
}

function mark(before: string, after: string): [DiffPart[], DiffPart[]] {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let end = 0;
  while (end < least - start && before.at(-1 - end) === after.at(-1 - end)) {
    end++;
  }
  // A mark in the middle of a word reads worse than one over the word.
  while (start > 0 && isWord(before[start - 1]) && isWord(before[start])) {
    start--;
  }
  while (end > 0 && isWord(before.at(-end)) && isWord(before.at(-end - 1))) {
    end--;
  }
  return [cut(before, start, end), cut(after, start, end)];
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /\w/.test(char);
}

function cut(text: string, start: number, end: number): DiffPart[] {
  const stop = text.length - end;
  return [
    { text: text.slice(0, start), marked: false },
    { text: text.slice(start, stop), marked: true },
    { text: text.slice(stop), marked: false },
  ].filter((part) => part.text !== "");
}
