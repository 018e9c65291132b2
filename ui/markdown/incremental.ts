/**
 * The tokens of a document that grows at its end.
 *
 * Only the last two blocks can change when text is added, so only they are
 * lexed again; the tokens before them keep their identity, which is what the
 * components compare. When the text is complete it is lexed once more as a
 * whole, because a link may be defined after it is used.
 */

import type { Token } from "marked";
import { lexMarkdown, type Links } from "./guard.ts";
import { repairTail } from "./repair.ts";

export class IncrementalLexer {
  #text = "";
  #state: "empty" | "growing" | "complete" = "empty";
  /** Final tokens and the offset at which they end. */
  #stable: Token[] = [];
  #stableEnd = 0;
  #tail: Token[] = [];
  #links: Links = Object.create(null);

  /** Tokens of `text`, of which more may come. */
  grow(text: string): Token[] {
    const normal = normalise(text);
    if (this.#state === "complete" || !normal.startsWith(this.#text)) {
      this.#reset();
    }
    const isSame = this.#state === "growing" && normal === this.#text;
    this.#text = normal;
    this.#state = "growing";
    if (!isSame) this.#lexTail();
    return [...this.#stable, ...this.#tail];
  }

  /** As `grow`, with the last block's open marks closed for display. */
  growRepaired(text: string): Token[] {
    const tokens = this.grow(text);
    const last = tokens.at(-1);
    if (!last || last.type === "code" || last.type === "html") return tokens;
    const repaired = repairTail(last.raw);
    if (repaired === last.raw) return tokens;
    const shown = lexMarkdown(repaired, this.#links);
    return [...tokens.slice(0, -1), ...shown];
  }

  /** Tokens of the whole `text`, with identities kept where nothing changed. */
  complete(text: string): Token[] {
    const normal = normalise(text);
    if (this.#state === "complete" && normal === this.#text) {
      return this.#stable;
    }
    const before = [...this.#stable, ...this.#tail];
    const after = lexMarkdown(normal);
    const hasLinks = after.some((token) => token.type === "def");
    this.#reset();
    this.#text = normal;
    this.#state = "complete";
    this.#stable = hasLinks ? after : keepSame(before, after);
    return this.#stable;
  }

  #lexTail(): void {
    const source = this.#text.slice(this.#stableEnd);
    const tail = keepSame(this.#tail, lexMarkdown(source, this.#links));
    const settled = settledCount(tail);
    const rawLength = tail.reduce((sum, token) => sum + token.raw.length, 0);
    // The guard changed the text: its tokens say nothing about offsets.
    if (settled === 0 || rawLength !== source.length) {
      this.#tail = tail;
      return;
    }
    for (const token of tail.slice(0, settled)) {
      this.#stable.push(token);
      this.#stableEnd += token.raw.length;
      if (token.type !== "def" || token.tag in this.#links) continue;
      this.#links[token.tag] = { href: token.href, title: token.title };
    }
    this.#tail = tail.slice(settled);
  }

  #reset(): void {
    this.#text = "";
    this.#state = "empty";
    this.#stable = [];
    this.#stableEnd = 0;
    this.#tail = [];
    this.#links = Object.create(null);
  }
}

/** How many tokens lie before the last block but one. Space is no block. */
function settledCount(tokens: readonly Token[]): number {
  let blocks = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (tokens[i]!.type === "space") continue;
    if (++blocks === 2) return i;
  }
  return 0;
}

/** `after`, with tokens of `before` where the same text is at the same place. */
function keepSame(before: readonly Token[], after: Token[]): Token[] {
  return after.map((token, i) => {
    const old = before[i];
    return old?.type === token.type && old.raw === token.raw ? old : token;
  });
}

function normalise(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
