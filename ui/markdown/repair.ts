/**
 * Closes what the end of a growing text leaves open, for display only.
 *
 * Without it `**bold` shows its asterisks until the closing pair arrives, and
 * then the line jumps. Half a link shows its text alone: an address that is
 * not complete must not be clickable.
 */

/** Beyond this a tail is shown as it is; repairing reads every character. */
const MAX_REPAIR_CHARS = 4_000;

const OPEN_LINK = /!?\[([^\][]*)(?:\](?:\([^()\s]*(?:\s[^()]*)?)?)?$/;

export function repairTail(source: string): string {
  if (source.length > MAX_REPAIR_CHARS) return source;
  const { text, closers, inCode } = scan(source.trimEnd());
  if (inCode) return text + closers;
  return text.replace(OPEN_LINK, (whole, label: string) => {
    // `[1]` and `- [x]` are complete: brackets alone make no link.
    return whole.endsWith("]") ? whole : label;
  }) + closers;
}

interface Scan {
  readonly text: string;
  readonly closers: string;
  readonly inCode: boolean;
}

function scan(source: string): Scan {
  const open: string[] = [];
  let i = 0;
  while (i < source.length) {
    const char = source[i]!;
    if (char === "\\") {
      i += 2;
      continue;
    }
    if (!"`*_~".includes(char)) {
      i++;
      continue;
    }
    const run = runAt(source, i);
    const end = i + run.length;
    if (char === "`") {
      const close = closeOfCode(source, end, run);
      if (close === undefined) return openCode(source, i, run, open);
      i = close;
      continue;
    }
    toggle(open, source, i, run);
    i = end;
  }
  return trimOpeners(source, open);
}

function runAt(source: string, start: number): string {
  let end = start + 1;
  while (source[end] === source[start]) end++;
  return source.slice(start, end);
}

function closeOfCode(source: string, from: number, run: string) {
  let at = source.indexOf(run, from);
  while (at >= 0) {
    const found = runAt(source, at);
    if (found.length === run.length) return at + run.length;
    at = source.indexOf(run, at + found.length);
  }
  return undefined;
}

function openCode(
  source: string,
  start: number,
  run: string,
  open: readonly string[],
): Scan {
  const closers = [...open].reverse().join("");
  if (start + run.length === source.length) {
    return { text: source.slice(0, start), closers, inCode: true };
  }
  return { text: source, closers: run + closers, inCode: true };
}

/** Opens or closes emphasis, if this run can do so where it stands. */
function toggle(open: string[], source: string, at: number, run: string): void {
  if (run[0] === "~" && run.length !== 2) return;
  if (run.length > 3) return;
  const before = source[at - 1] ?? " ";
  const after = source[at + run.length] ?? " ";
  const known = open.lastIndexOf(run);
  if (known >= 0 && !/\s/.test(before)) {
    open.splice(known);
    return;
  }
  const isInWord = run[0] === "_" && /\w/.test(before);
  const isBullet = /\s/.test(after) && at + run.length < source.length;
  if (!isInWord && !isBullet) open.push(run);
}

/** An opener that nothing follows yet is hidden rather than closed. */
function trimOpeners(source: string, open: string[]): Scan {
  let text = source;
  while (open.length > 0 && text.endsWith(open.at(-1)!)) {
    text = text.slice(0, -open.pop()!.length);
  }
  return { text, closers: open.reverse().join(""), inCode: false };
}
