import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "../errors.ts";
import { readToml, removeToml, setToml } from "./export_toml.ts";
import { scanTables } from "./toml_tables.ts";

const PATH = ["mcp_servers", "n"];
const VALUE = { url: "u", http_headers: { Authorization: "Bearer x" } };
const BLOCK =
  '[mcp_servers.n]\nurl = "u"\nhttp_headers = { Authorization = "Bearer x" }\n';

const TRICKY = `# My config
model = "o9" # the best
notice = """
[mcp_servers.n]
url = "not a table" """"
literal = '''
[mcp_servers.n]'''
lists = [ # of lists
  [1, 2],
  ["]", "#", '['],
]
date = 1979-05-27T07:32:00Z

[mcp_servers.other]
command = "y" # keep

  [mcp_servers.other.env]
  A = "1"

[ projects . "/home/me/[x]" ]
trust = true

[[profiles]]
name = "a"
# the end
`;

test("scanTables() finds headers, and nothing that looks like one", () => {
  assertEquals(scanTables(TRICKY).map(({ path }) => path), [
    ["mcp_servers", "other"],
    ["mcp_servers", "other", "env"],
    ["projects", "/home/me/[x]"],
    ["profiles"],
  ]);
});

test("setToml() and removeToml() touch one table, and undo each other", () => {
  for (
    const text of [
      "",
      TRICKY,
      TRICKY.replaceAll("\n", "\r\n"),
      'model = "x"\n',
    ]
  ) {
    const after = setToml(text, PATH, VALUE);
    const before = readToml(text);
    assertEquals(readToml(after), {
      ...before,
      mcp_servers: { ...(before.mcp_servers ?? {}), n: VALUE },
    });
    assertEquals(after.startsWith(text), true);
    assertEquals(removeToml(after, PATH), text);
    assertEquals(setToml(after, PATH, VALUE), after);
  }
  assertEquals(setToml("", PATH, VALUE), BLOCK);
  assertEquals(setToml("a = 1\n", PATH, VALUE), `a = 1\n\n${BLOCK}`);
  assertEquals(setToml("a = 1", PATH, VALUE), `a = 1\n\n${BLOCK}`);
});

test("setToml() puts a new table in the place of an old one", () => {
  const text =
    '[mcp_servers.n] # ours\ncommand = "x"\n\n[mcp_servers.n.env]\nA = "1"\n\n[z]\na = 1\n\n[mcp_servers.n.more]\nB = 2\n';
  assertEquals(
    setToml(text, PATH, { url: "u" }),
    '[mcp_servers.n]\nurl = "u"\n\n[z]\na = 1\n',
  );
});

test("setToml() leaves what is no table of its own to its owner", () => {
  for (
    const text of [
      "[mcp_servers]\nn = { url = 'x' }\n",
      "mcp_servers.n.url = 'x'\n",
      "mcp_servers = { n = { url = 'x' } }\n",
    ]
  ) {
    assertThrows(
      () => setToml(text, PATH, VALUE),
      HypivisorError,
      '"mcp_servers.n" is not a table of its own',
    );
    assertThrows(() => removeToml(text, PATH), HypivisorError);
  }
});

test("setToml() writes keys and values that need quotes", () => {
  const value = {
    'a "b"': 'c\\d\n"\x7f ü',
    list: ["x", 1, true],
    on: false,
  };
  const text = setToml("", ["mcp servers", "n"], value);
  assertEquals(readToml(text), { "mcp servers": { n: value } });
});

test("readToml() says what is wrong", () => {
  assertThrows(() => readToml("a = tru"), HypivisorError, "tru");
});
