import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "../errors.ts";
import { readJson, removeJson, setJson } from "./export_json.ts";

const PATH = ["mcpServers", "n"];
const VALUE = { url: "u" };

function set(text: string): string {
  const after = setJson(text, PATH, VALUE);
  const before = readJson(text);
  assertEquals(readJson(after), {
    ...before,
    mcpServers: { ...(before.mcpServers ?? {}), n: VALUE },
  });
  return after;
}

test("setJson() adds to what is there and leaves the rest as it is", () => {
  const cases = [
    ["", '{\n  "mcpServers": {\n    "n": {\n      "url": "u"\n    }\n  }\n}\n'],
    ['{"a":1}', '{"a":1, "mcpServers": {"n":{"url":"u"}}}'],
    [
      '{\n\t"a": 1 // one\n}\n',
      '{\n\t"a": 1, // one\n\t"mcpServers": {\n\t\t"n": {\n\t\t\t"url": "u"\n\t\t}\n\t}\n}\n',
    ],
    [
      '{\n  "mcpServers": {\n    "x": {"url":"1"}, // tail\n  },\n}\n',
      '{\n  "mcpServers": {\n    "x": {"url":"1"}, // tail\n    "n": {\n      "url": "u"\n    },\n  },\n}\n',
    ],
    [
      '{\n    "mcpServers": {}\n}',
      '{\n    "mcpServers": {\n        "n": {\n            "url": "u"\n        }\n    }\n}',
    ],
    [
      '{\r\n  "mcpServers": {\r\n    // none yet\r\n  }\r\n}\r\n',
      '{\r\n  "mcpServers": {\r\n    // none yet\r\n    "n": {\r\n      "url": "u"\r\n    }\r\n  }\r\n}\r\n',
    ],
  ] as const;
  for (const [before, after] of cases) assertEquals(set(before), after);
});

test("setJson() puts a new value in the place of an old one", () => {
  assertEquals(
    set('{\n  "mcpServers": { "n": 1, "z": 2 } // c\n}'),
    '{\n  "mcpServers": { "n": {\n    "url": "u"\n  }, "z": 2 } // c\n}',
  );
});

test("removeJson() undoes setJson() to the byte", () => {
  const texts = [
    '{"a":1}',
    '{"mcpServers":{"x":{"command":"y"}}}',
    '{\n  "mcpServers": {}\n}\n',
    '{\n\t"mcpServers": {\n\t\t"x": 1 // one, with comma\n\t}\n}\n',
    '{\n  "mcpServers": {\n    "x": {"url":"1"}, // tail\n  },\n}\n',
    '{\n  "mcpServers": {\n    "x": 1, /* a, b */\n    // end\n  }\n}',
    '{\r\n  "mcpServers": {\r\n    // none yet\r\n  }\r\n}\r\n',
  ];
  for (const text of texts) {
    const after = set(text);
    const path = text.includes("mcpServers") ? PATH : PATH.slice(0, 1);
    assertEquals(removeJson(after, path), text);
  }
});

test("removeJson() takes one of several out, wherever it stands", () => {
  const text = '{\n  "a": 1, // a\n  "b": 2, // b\n  "c": 3 // c\n}\n';
  assertEquals(
    removeJson(text, ["a"]),
    '{ // a\n  "b": 2, // b\n  "c": 3 // c\n}\n',
  );
  assertEquals(
    removeJson(text, ["b"]),
    '{\n  "a": 1, // a // b\n  "c": 3 // c\n}\n',
  );
  assertEquals(
    removeJson(text, ["c"]),
    '{\n  "a": 1, // a\n  "b": 2 // b // c\n}\n',
  );
  assertEquals(
    removeJson('{ "a": 1, // a\n "b": 2, "c": 3 }', ["b"]),
    '{ "a": 1, // a\n  "c": 3 }',
  );
  assertEquals(removeJson(text, ["d"]), text);
  assertEquals(removeJson(text, ["a", "x"]), text);
});

test("readJson() says where a file is broken", () => {
  for (
    const [text, message] of [
      ['{\n  "a": \n}', "line 3, column 1: ValueExpected"],
      ["[]", "it holds no object"],
      ['{"a":1', "line 1, column 7: CloseBraceExpected"],
    ]
  ) {
    assertThrows(() => readJson(text!), HypivisorError, message!);
  }
});
