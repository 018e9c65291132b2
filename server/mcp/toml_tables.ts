/**
 * Where the tables of a TOML file begin and end, and nothing more.
 *
 * Only as much of the grammar as keeps a header in a string, a comment or a
 * list from being taken for one. The text has been parsed before: it is valid.
 */

export interface TomlTable {
  readonly path: readonly string[];
  /** Offset of the header's bracket. */
  readonly start: number;
  /** Offset behind the last statement, without what follows on its line. */
  readonly end: number;
}

/** Every table with a header of its own, in their order. */
export function scanTables(text: string): TomlTable[] {
  const tables: { path: string[]; start: number; end: number }[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (/\s/.test(char)) at++;
    else if (char === "#") at = endOfLine(text, at);
    else if (char === "[") {
      const header = readHeader(text, at);
      tables.push({ path: header.path, start: at, end: header.end });
      at = header.end;
    } else {
      at = endOfStatement(text, at);
      const table = tables.at(-1);
      if (table) table.end = at;
    }
  }
  return tables;
}

function readHeader(
  text: string,
  start: number,
): { path: string[]; end: number } {
  const path: string[] = [];
  let at = text[start + 1] === "[" ? start + 2 : start + 1;
  while (at < text.length && text[at] !== "]") {
    const char = text[at]!;
    if (char === '"' || char === "'") {
      const end = endOfString(text, at);
      path.push(unquote(text.slice(at, end)));
      at = end;
    } else if (/[\w-]/.test(char)) {
      const [word] = /^[\w-]+/.exec(text.slice(at))!;
      path.push(word);
      at += word.length;
    } else at++;
  }
  while (text[at] === "]") at++;
  return { path, end: at };
}

/** A key and its value; lists and inline tables may span lines. */
function endOfStatement(text: string, start: number): number {
  let depth = 0;
  let at = start;
  let end = start;
  while (at < text.length) {
    const char = text[at]!;
    if (char === "\n" && depth === 0) return end;
    if (char === "#") {
      at = endOfLine(text, at);
      continue;
    }
    if (char === '"' || char === "'") at = endOfString(text, at);
    else {
      if (char === "[" || char === "{") depth++;
      if (char === "]" || char === "}") depth--;
      at++;
    }
    if (!/\s/.test(char)) end = at;
  }
  return end;
}

function endOfString(text: string, start: number): number {
  const quote = text[start]!;
  const isLong = text.startsWith(quote.repeat(3), start);
  const mark = isLong ? quote.repeat(3) : quote;
  let at = start + mark.length;
  while (at < text.length && !text.startsWith(mark, at)) {
    at += quote === '"' && text[at] === "\\" ? 2 : 1;
  }
  at += mark.length;
  // Up to two quotes may stand before the three that end it.
  while (isLong && text[at] === quote) at++;
  return at;
}

function unquote(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1); // With an escape that only TOML has.
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
