/**
 * marked's lexer behind a guard, so that no text can hang or crash the page.
 *
 * On ordinary documents the tokens are exactly marked's. On hostile ones some
 * text stays plain, and at the very worst the whole becomes one code block.
 */

import {
  Lexer,
  type Token,
  Tokenizer,
  type Tokens,
  type TokensList,
} from "marked";

/** Link definitions, by normalised label. */
export type Links = TokensList["links"];

/** marked's inline pass is quadratic; a longer paragraph stays plain text. */
const MAX_INLINE_CHARS = 6_000;

/**
 * Characters times delimiters of one paragraph: what the inline pass costs.
 * About 2 ms at this bound; prose of 6,000 characters is at a twentieth of it.
 */
const MAX_INLINE_COST = 1_000_000;

/** A quote or list deeper than this is text. marked recurses at each level. */
const MAX_QUOTE_DEPTH = 12;
const MAX_LIST_DEPTH = 12;

/** marked fills every row up to the header's width: width times height. */
const MAX_TABLE_COLUMNS = 64;

/** A longer paragraph with an underline is a paragraph. */
const MAX_HEADING_CHARS = 2_000;

const UNDERLINE = /\n {0,3}(?:=+|-+)[ \t]*(?:\n|$)/;

/** Declines blocks that would cost too much; marked then tries the next kind. */
class GuardedTokenizer extends Tokenizer {
  #quotes = 0;
  #lists = 0;

  override blockquote(source: string): Tokens.Blockquote | undefined {
    if (this.#quotes >= MAX_QUOTE_DEPTH) return undefined;
    this.#quotes++;
    try {
      return super.blockquote(source);
    } finally {
      this.#quotes--;
    }
  }

  override list(source: string): Tokens.List | undefined {
    if (this.#lists >= MAX_LIST_DEPTH) return undefined;
    this.#lists++;
    try {
      return super.list(source);
    } finally {
      this.#lists--;
    }
  }

  override table(source: string): Tokens.Table | undefined {
    const [header = ""] = source.split("\n", 1);
    if (header.split("|").length > MAX_TABLE_COLUMNS) return undefined;
    return super.table(source);
  }

  /** The rule is slow on long paragraphs, and needs an underline to match. */
  override lheading(source: string): Tokens.Heading | undefined {
    const start = source.slice(0, MAX_HEADING_CHARS);
    return UNDERLINE.test(start) ? super.lheading(source) : undefined;
  }
}

/** Never throws. `links` are definitions from text that came before. */
export function lexMarkdown(source: string, links?: Links): Token[] {
  try {
    const lexer = new Lexer({ gfm: true, tokenizer: new GuardedTokenizer() });
    if (links) Object.assign(lexer.tokens.links, links);
    lexer.blockTokens(source, lexer.tokens);
    // The queue may grow while it is worked on.
    for (let i = 0; i < lexer.inlineQueue.length; i++) {
      const { src, tokens } = lexer.inlineQueue[i]!;
      lexer.state.inRawBlock = false;
      if (isCheap(src)) lexer.inlineTokens(src, tokens);
      else tokens.push({ type: "text", raw: src, text: src, escaped: true });
    }
    return [...lexer.tokens];
  } catch {
    // A stack that ran out, or a loop that marked itself noticed. The text is
    // worth more than its form.
    return [{ type: "code", raw: source, text: source }];
  }
}

function isCheap(source: string): boolean {
  if (source.length > MAX_INLINE_CHARS) return false;
  const delimiters = source.match(/[*_~`[\]<(!]/g)?.length ?? 0;
  return source.length * delimiters <= MAX_INLINE_COST;
}
