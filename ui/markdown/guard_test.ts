import { assertEquals, assertLess } from "@std/assert";
import { test } from "bun:test";
import { Lexer } from "marked";
import { DOCUMENTS, HOSTILE } from "./corpus.ts";
import { lexMarkdown } from "./guard.ts";

test("lexMarkdown() gives marked's own tokens for real documents", () => {
  for (const text of DOCUMENTS) {
    const plain = JSON.stringify(Lexer.lex(text, { gfm: true }));
    assertEquals(JSON.stringify(lexMarkdown(text)), plain);
  }
});

/**
 * Each takes marked itself seconds, or its stack. On a quiet machine the guard
 * needs a tenth of this.
 */
const MAX_MS = 500;

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`lexMarkdown() reads ${text.length} characters of ${name} without a hang`, () => {
    lexMarkdown("# warm\n\n*up* `now`");
    // Of this process alone: other work on the machine is not the lexer's.
    const times = [1, 2, 3].map(() => {
      const start = process.cpuUsage();
      lexMarkdown(text);
      return process.cpuUsage(start).user / 1_000;
    });
    assertLess(Math.min(...times), MAX_MS);
  });
}

test("lexMarkdown() gives up no text of a hostile document", () => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    const raw = lexMarkdown(text).map((token) => token.raw).join("");
    assertEquals(raw.trim().length, text.trim().length, name);
  }
});
