import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { countChanges, diffOfEdit, diffText } from "./diff.ts";

const DIFF = [
  " 118   open() {",
  "-119     wait(3000);",
  "+119     wait(backoff());",
  "     ...",
  "+131     replay();",
].join("\n");

test("diffOfEdit() reads pi's numbered diff", () => {
  const lines = diffOfEdit({}, { diff: DIFF });
  assertEquals(lines.map(({ kind, number }) => [kind, number]), [
    ["context", 118],
    ["removed", 119],
    ["added", 119],
    ["gap", undefined],
    ["added", 131],
  ]);
  assertEquals(countChanges(lines), { added: 2, removed: 1 });
});

test("diffOfEdit() marks what differs where one line replaces one", () => {
  const [, removed, added, , alone] = diffOfEdit({}, { diff: DIFF });
  const marked = (line: typeof added) =>
    line?.parts.filter((part) => part.marked).map((part) => part.text);
  assertEquals(marked(removed), ["3000"]);
  assertEquals(marked(added), ["backoff()"]);
  assertEquals(marked(alone), []);
});

test("diffOfEdit() compares the arguments while there is no result", () => {
  const edits = [{ oldText: "a\nb\nc", newText: "a\nB\nB2\nc" }];
  const lines = diffOfEdit({ path: "x", edits }, undefined);
  assertEquals(diffText(lines), " a\n-b\n+B\n+B2\n c");

  const old = diffOfEdit({ path: "x", oldText: "a", newText: "" }, null);
  assertEquals(diffText(old), "-a\n+");
});

test("diffOfEdit() shows nothing of arguments that are no edit", () => {
  assertEquals(diffOfEdit({}, undefined), []);
  assertEquals(diffOfEdit({ edits: [null, 3, { oldText: 1 }] }, {}), []);
  assertEquals(diffOfEdit({ edits: "x" }, { diff: 7 }), []);
});
