import { assert, assertEquals, assertLess } from "@std/assert";
import { test } from "bun:test";
import { HOSTILE } from "./corpus.ts";
import { syntaxOf } from "./syntax.ts";

function read(code: string, lang: string): [string, string][] {
  return syntaxOf(code, lang).map(({ start, end, kind }) => [
    code.slice(start, end),
    kind,
  ]);
}

test("syntaxOf() tells the parts of code apart", () => {
  assertEquals(read('const a = f("x", 12); // done', "ts"), [
    ["const", "keyword"],
    ["f", "function"],
    ['"x"', "string"],
    ["12", "number"],
    ["// done", "comment"],
  ]);
  assertEquals(read("def go(x): # why\n  return None", "python"), [
    ["def", "keyword"],
    ["go", "function"],
    ["# why", "comment"],
    ["return", "keyword"],
    ["None", "keyword"],
  ]);
  assertEquals(read("SELECT a FROM b -- all", "sql").length, 3);
});

test("syntaxOf() knows nothing of languages it was not told of", () => {
  assertEquals(syntaxOf("const a = 1", ""), []);
  assertEquals(syntaxOf("const a = 1", "constructor"), []);
});

test("syntaxOf() reads anything in little time, in order", () => {
  for (const text of Object.values(HOSTILE)) {
    const code = text.slice(0, 20_000);
    for (const lang of ["ts", "py", "sql"]) {
      const start = performance.now();
      const tokens = syntaxOf(code, lang);
      assertLess(performance.now() - start, 500);
      assert(
        tokens.every((token, i) =>
          token.start >= (tokens[i - 1]?.end ?? 0) && token.end > token.start
        ),
      );
    }
  }
});
