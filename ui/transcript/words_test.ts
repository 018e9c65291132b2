import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { pathWithin, shortPath } from "./path.ts";
import { factsOf, peekTarget } from "./tool_facts.ts";
import { bytes, clock, plural, roughSpan, span } from "./words.ts";

test("clock() counts up like a clock and never below zero", () => {
  assertEquals([-5, 7_400, 198_000, 3_729_000].map(clock), [
    "0:00",
    "0:07",
    "3:18",
    "1:02:09",
  ]);
});

test("span() says how long something took", () => {
  assertEquals([400, 3_140, 9_960, 134_000, 3_900_000].map(span), [
    "0.4 s",
    "3.1 s",
    "10 s",
    "2 m 14 s",
    "1 h 5 m",
  ]);
  assertEquals([200, 1_400, 9_200].map(roughSpan), ["1 s", "1 s", "9 s"]);
});

test("bytes() and plural() count", () => {
  assertEquals([12, 1_300, 12_288, 2_200_000].map(bytes), [
    "12 B",
    "1.3 KB",
    "12 KB",
    "2.1 MB",
  ]);
  assertEquals([plural(1, "file"), plural(2, "file")], ["1 file", "2 files"]);
});

test("shortPath() writes a home folder as ~, and nothing else", () => {
  assertEquals(shortPath("/home/ada/shop/a.ts"), "~/shop/a.ts");
  assertEquals(shortPath(["", "Users", "ada"].join("/")), "~");
  assertEquals(shortPath("/root/x"), "~/x");
  assertEquals(shortPath("/rooted/x"), "/rooted/x");
  assertEquals(pathWithin("/home/ada/shop/a.ts", "/home/ada/shop"), "a.ts");
  assertEquals(
    pathWithin("/home/ada/shop2/a.ts", "/home/ada/shop"),
    "~/shop2/a.ts",
  );
});

test("a tool says what it works on, whatever its arguments are", () => {
  const target = (tool: string, args: Record<string, unknown>) =>
    factsOf(tool).target(args, "/home/ada/shop");
  assertEquals(target("bash", { command: "ls\npwd" }), "ls …");
  assertEquals(
    target("read", { path: "/home/ada/shop/a.ts", offset: 10, limit: 20 }),
    "a.ts:10-29",
  );
  assertEquals(target("grep", { pattern: "x", path: "src" }), "x in src");
  assertEquals(target("bash", { command: { evil: 1 } }), "");
  assertEquals(target("constructor", {}), "");
});

test("peekTarget() reads arguments that have not all arrived", () => {
  assertEquals(peekTarget('{"path":"src/a.ts","edits":[{"old'), "src/a.ts");
  assertEquals(peekTarget('{"command":"echo \\"hi\\" && b'), 'echo "hi" && b');
  assertEquals(peekTarget("{"), "");
});
