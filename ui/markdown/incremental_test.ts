import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "bun:test";
import type { Token } from "marked";
import { DOCUMENTS } from "./corpus.ts";
import { lexMarkdown } from "./guard.ts";
import { IncrementalLexer } from "./incremental.ts";

function tokens(list: readonly Token[]): string {
  return JSON.stringify(list);
}

for (const step of [1, 7, 40, 333]) {
  test(`IncrementalLexer.grow() by ${step} equals a full lex at every prefix`, () => {
    // Without late definitions: those are for complete() to put right.
    for (
      const text of DOCUMENTS.map((each) => each.replace(/^\[.*\]:.*$/gm, ""))
    ) {
      const lexer = new IncrementalLexer();
      for (let end = step; end < text.length + step; end += step) {
        const prefix = text.slice(0, end);
        assertEquals(tokens(lexer.grow(prefix)), tokens(lexMarkdown(prefix)));
      }
    }
  });
}

test("IncrementalLexer.complete() knows a link that is defined late", () => {
  const text = "See [it][a].\n\nMore.\n\nAnd more.\n\n[a]: https://a.test/\n";
  const lexer = new IncrementalLexer();
  for (let end = 1; end <= text.length; end++) lexer.grow(text.slice(0, end));

  assertEquals(tokens(lexer.complete(text)), tokens(lexMarkdown(text)));
});

test("IncrementalLexer keeps the tokens of blocks that did not change", () => {
  const lexer = new IncrementalLexer();
  const before = lexer.grow("one\n\ntwo\n\nthree\n\nfo");
  const after = lexer.grow("one\n\ntwo\n\nthree\n\nfour");
  const done = lexer.complete("one\n\ntwo\n\nthree\n\nfour");

  assertStrictEquals(after[0], before[0]);
  assertStrictEquals(after[4], before[4]);
  assert(after.at(-1) !== before.at(-1));
  assertStrictEquals(done.at(-1), after.at(-1));
});

test("IncrementalLexer starts over when the text is another", () => {
  const lexer = new IncrementalLexer();
  lexer.grow("# one\n\ntwo\n\nthree");
  assertEquals(tokens(lexer.grow("other")), tokens(lexMarkdown("other")));
});

test("IncrementalLexer reads Windows line ends, also half of one", () => {
  const lexer = new IncrementalLexer();
  lexer.grow("# one\r");
  const grown = lexer.grow("# one\r\n\r\ntwo");
  assertEquals(tokens(grown), tokens(lexMarkdown("# one\n\ntwo")));
});
