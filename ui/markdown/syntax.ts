/**
 * What in a piece of code is a comment, a string, a keyword.
 *
 * One expression per family of languages, each linear in the text, instead of
 * a grammar per language: enough to find one's way in twenty lines, for a
 * fiftieth of the size. A language it does not know has no tokens.
 */

export type SyntaxKind =
  | "comment"
  | "string"
  | "number"
  | "keyword"
  | "type"
  | "function";

export interface SyntaxToken {
  readonly start: number;
  readonly end: number;
  readonly kind: SyntaxKind;
}

/** Longer code stays plain: it is a file to open, not to read in a chat. */
const MAX_CHARS = 20_000;

interface Family {
  /** Groups in order: comment, string, number, word. */
  readonly pattern: RegExp;
  readonly keywords: ReadonlySet<string>;
}

const STRING = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?`;
const NUMBER = String.raw`\b\d[\w.]*`;
const WORD = String.raw`[A-Za-z_$][\w$]*`;

function family(comment: string, string: string, keywords: string): Family {
  return {
    pattern: new RegExp(`(${comment})|(${string})|(${NUMBER})|(${WORD})`, "g"),
    keywords: new Set(keywords.split(" ")),
  };
}

const CURLY = family(
  String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)`,
  "`(?:[^`\\\\]|\\\\[^])*`?|" + STRING,
  "abstract as async await bool boolean break case catch char class const " +
    "continue def default defer delete do double else enum export extends " +
    "false final float fn for from func function go if impl implements import " +
    "in int interface is let long loop match mod move mut namespace new nil " +
    "null number of override package private protected pub public readonly " +
    "ref return satisfies self static string struct super switch this throw " +
    "throws trait true try type typeof undefined union unsafe use using val " +
    "var virtual void where while yield",
);

const HASH = family(
  "#[^\\n]*",
  String.raw`"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|` + STRING,
  "and as assert async await begin break case class continue def del do done " +
    "echo elif else elsif end esac except exit export false False fi finally " +
    "for from function global if import in is lambda local module nil None " +
    "nonlocal not null or pass raise require return self set then true True " +
    "try unless until when while with yield",
);

const SQL = family(
  String.raw`--[^\n]*|\/\*[^]*?(?:\*\/|$)`,
  STRING,
  "add all alter and as asc begin by case column commit constraint create " +
    "default delete desc distinct drop else end exists foreign from group " +
    "having if in index inner insert into is join key left like limit not " +
    "null offset on or order outer primary references returning right rollback " +
    "select set table then transaction union unique update using values view " +
    "when where with",
);

const FAMILIES: Readonly<Record<string, Family>> = {
  ...table(CURLY, "ts tsx js jsx mjs cjs typescript javascript json jsonc c h"),
  ...table(CURLY, "cpp cc hpp cs csharp java kotlin kt go rust rs swift php"),
  ...table(CURLY, "scala dart css scss less proto graphql zig"),
  ...table(HASH, "py python rb ruby sh bash zsh shell fish yaml yml toml ini"),
  ...table(HASH, "make makefile dockerfile docker perl pl r elixir ex nix tf"),
  ...table(SQL, "sql sqlite postgres postgresql mysql lua haskell hs"),
};

function table(value: Family, names: string): Record<string, Family> {
  return Object.fromEntries(names.split(" ").map((name) => [name, value]));
}

/** In order, without overlaps. */
export function syntaxOf(code: string, lang: string): SyntaxToken[] {
  const name = lang.toLowerCase();
  if (code.length > MAX_CHARS || !Object.hasOwn(FAMILIES, name)) return [];
  const { pattern, keywords } = FAMILIES[name]!;
  const isSql = FAMILIES[name] === SQL;
  const tokens: SyntaxToken[] = [];
  for (const match of code.matchAll(pattern)) {
    const [text, comment, string, number, word] = match;
    const end = match.index + text.length;
    const kind = comment !== undefined
      ? "comment"
      : string !== undefined
      ? "string"
      : number !== undefined
      ? "number"
      : word !== undefined && keywords.has(isSql ? word.toLowerCase() : word)
      ? "keyword"
      : kindOfWord(text, code[end]);
    if (kind) tokens.push({ start: match.index, end, kind });
  }
  return tokens;
}

function kindOfWord(word: string, next: string | undefined) {
  if (next === "(") return "function";
  return /^[A-Z][A-Za-z0-9]*[a-z]/.test(word) ? "type" : undefined;
}
