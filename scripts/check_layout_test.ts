import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { checkFile } from "./check_layout.ts";
import { findCycles } from "./import_cycles.ts";
import { scanImports } from "./imports.ts";

function rules(path: string, text: string): string[] {
  return checkFile(path, text).map((problem) =>
    problem.slice(path.length + 2).replace(/: .*/, "")
  );
}

test("checkFile() keeps keepers from knowing each other or a link", () => {
  const text = `import { Hub } from "../hub/hub.ts";
import type { AgentLink } from "../links/agent_link.ts";
import { HypivisorError } from "../errors.ts";
import type { NodeId } from "../protocol/node.ts";
`;

  assertEquals(rules("server/registry/registry.ts", text), [
    "must not import server/hub/hub.ts",
    "must not import server/links/agent_link.ts",
  ]);
  assertEquals(rules("server/registry/registry_test.ts", text), []);
});

test("checkFile() lets only one command start the daemon", () => {
  const text = 'import { openApp } from "../app.ts";\n';

  assertEquals(rules("server/cli/serve.ts", text), []);
  assertEquals(rules("server/cli/nodes.ts", text), [
    "must not import server/app.ts",
  ]);
});

test("checkFile() keeps packages where they belong", () => {
  assertEquals(rules("server/hub/hub.ts", 'import { Hono } from "hono";'), [
    'must not import "hono"',
  ]);
  assertEquals(rules("server/http/app.ts", 'import { Hono } from "hono";'), []);
  assertEquals(rules("server/protocol/node.ts", 'import "node:fs";'), [
    'must not import "node:fs"',
  ]);
  assertEquals(rules("ui/link.ts", 'import { say } from "../scripts/say.ts"'), [
    "must not import scripts/say.ts",
  ]);
});

test("checkFile() wants a reason for a long file and none for a long test", () => {
  const long = "a;\n".repeat(301);

  assertEquals(rules("server/a.ts", long), ["has 301 lines"]);
  assertEquals(
    rules("server/a.ts", `/** Longer than 300 lines because. */\n${long}`),
    [],
  );
  assertEquals(rules("server/a_test.ts", long), []);
  assertEquals(rules("server/a_test.ts", "a;\n".repeat(401)), [
    "has 401 lines, a test may have 400",
  ]);
});

test("checkFile() refuses bad names, defaults, consoles and bare TODOs", () => {
  assertEquals(rules("server/nodeList.ts", ""), [
    "must have a name in snake_case",
  ]);
  assertEquals(rules("server/index.ts", ""), ['must not be an "index"']);
  assertEquals(rules("server/a.ts", "export default 1;"), [
    "must not have a default export",
  ]);
  assertEquals(rules("extension/index.ts", "export default 1;"), []);
  assertEquals(rules("server/a.ts", "console.log(1);"), [
    "must not use console",
  ]);
  assertEquals(rules("server/a.ts", "// console.log(1)"), []);
  assertEquals(rules("server/a.ts", "// TODO"), [
    "has a TODO without a reason",
  ]);
  assertEquals(rules("server/a.ts", "// TODO: pi 0.90 renames it"), []);
  // The project itself may lie in /tmp, which is refused as well.
  assertEquals(rules("server/a.ts", `"${process.cwd()}/x"`).slice(0, 1), [
    `names a place of one machine, "${process.cwd()}/"`,
  ]);
  assertEquals(rules("tests/a_test.ts", '"/tmp/mine/frames.json"'), [
    "names a fixed place in /tmp",
  ]);
});

test("scanImports() finds every form and knows types from values", () => {
  const text = `import a from "./a.ts";
import type { B } from "./b.ts";
import { type C, type D } from "./c.ts";
import {
  e,
  type F,
} from "./e.ts";
import "./g.css";
export { h } from "./h.ts";
const i = await import("./i.ts");
const text = "import nothing";
`;

  assertEquals(
    scanImports(text).map(({ from, typeOnly }) => [from, typeOnly]),
    [
      ["./a.ts", false],
      ["./b.ts", true],
      ["./c.ts", true],
      ["./e.ts", false],
      ["./g.css", false],
      ["./h.ts", false],
      ["./i.ts", false],
    ],
  );
});

test("findCycles() shows the way round", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["a"]],
    ["d", []],
  ]);

  assertEquals(findCycles(graph), [["a", "b", "c", "a"]]);
});
