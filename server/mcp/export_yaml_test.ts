import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "../errors.ts";
import { readYaml, removeYaml, setYaml } from "./export_yaml.ts";

const PATH = ["extensions", "n"];
const VALUE = { enabled: true, uri: "u", envs: {}, env_keys: [] };

const GOOSE = `# Goose
GOOSE_PROVIDER: openai   # mine
extensions:
    developer:
        enabled: true
        name: 'developer'
        args: [ "a",  "b" ]
        list:
        - not indented
    # the last one
    memory:
        description: >
          folded text

          goes on
        enabled: false

# what follows
GOOSE_MODEL: "gpt"
`;

test("setYaml() and removeYaml() touch one entry, and undo each other", () => {
  for (
    const text of [
      GOOSE,
      GOOSE.replaceAll("\n", "\r\n"),
      GOOSE.split("\n# what")[0]!,
      "extensions:\n  x: 1",
      "extensions:\n  x: 1\n",
      "a: 1\n",
      "# only a comment\n",
      "",
    ]
  ) {
    const before = readYaml(text);
    const after = setYaml(text, PATH, VALUE);
    assertEquals(readYaml(after), {
      ...before,
      extensions: { ...(before.extensions ?? {}), n: VALUE },
    }, after);
    const path = before.extensions === undefined ? ["extensions"] : PATH;
    const undone = removeYaml(after, path);
    assertEquals(undone.trimEnd(), text.trimEnd());
    assertEquals(readYaml(undone), before);
  }
});

test("setYaml() fills a section that is empty", () => {
  for (const empty of ["", " {}", " null", " ~", " # none"]) {
    const after = setYaml(`a: 1\nextensions:${empty}\nb: 2\n`, PATH, VALUE);
    assertEquals(readYaml(after), { a: 1, extensions: { n: VALUE }, b: 2 });
    const undone = removeYaml(after, PATH);
    assertEquals(readYaml(undone), { a: 1, extensions: {}, b: 2 });
  }
});

test("setYaml() puts a new entry in the place of an old one", () => {
  const text = setYaml(GOOSE, ["extensions", "developer"], VALUE);
  const before = readYaml(GOOSE);
  assertEquals(readYaml(text), {
    ...before,
    extensions: {
      memory: (before.extensions as Record<string, unknown>).memory,
      developer: VALUE,
    },
  });
  assertEquals(text.includes("# the last one\n    memory:"), true);
});

test("setYaml() leaves what stands on one line to its owner", () => {
  for (const text of ["extensions: {x: 1}\n", "{extensions: {}}\n"]) {
    assertThrows(
      () => setYaml(text, PATH, VALUE),
      HypivisorError,
      "is written on one line",
    );
  }
});

test("readYaml() says where a file is broken", () => {
  assertThrows(() => readYaml("a: [1\nb: 2\n"), HypivisorError, "line 2");
  assertThrows(() => readYaml("- a\n"), HypivisorError, "no mapping");
});
