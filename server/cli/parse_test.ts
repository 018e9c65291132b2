import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { type Command, UsageError } from "./command.ts";
import { parse } from "./parse.ts";

const command: Command = {
  name: "cut",
  usage: "ID [DIR]",
  summary: "Cut something",
  options: [
    { kind: "flag", name: "all", short: "a", summary: "" },
    { kind: "flag", name: "wait", short: "w", summary: "" },
    { kind: "flag", name: "store", isOn: true, summary: "" },
    { kind: "value", name: "lines", short: "n", value: "N", summary: "" },
    { kind: "list", name: "host", value: "NAME", summary: "" },
    {
      kind: "value",
      name: "level",
      value: "LEVEL",
      completion: ["low", "high"],
      summary: "",
    },
  ],
  positionals: { min: 1, max: 2 },
  run: () => 0,
};

test("parse() reads flags, values, lists and words in any order", () => {
  const args = parse(
    ["--all", "one", "-n", "5", "--host", "a", "--host=b", "--no-store", "2"],
    command,
  );
  assertEquals(args.words, ["one", "2"]);
  assert(args.flag("all") && !args.flag("wait") && !args.flag("store"));
  assertEquals(args.value("lines"), "5");
  assertEquals(args.list("host"), ["a", "b"]);
  assert(parse(["x"], command).flag("store"));
  assertEquals(parse(["x"], command).value("lines"), undefined);
});

test("parse() takes short options together, and a number right behind", () => {
  const args = parse(["-awn7", "x"], command);
  assert(args.flag("all") && args.flag("wait"));
  assertEquals(args.value("lines"), "7");
});

test("a flag takes nothing of what follows it", () => {
  const args = parse(["-w", "true", "--all", "false"], command);
  assert(args.flag("wait") && args.flag("all"));
  assertEquals(args.words, ["true", "false"]);
});

test("a dash is a word, and so is all behind two dashes", () => {
  assertEquals(parse(["x", "-"], command).words, ["x", "-"]);
  assertEquals(parse(["x", "--", "--all"], command).words, ["x", "--all"]);
  assert(!parse(["x", "--", "--all"], command).flag("all"));
});

test("what stands behind two dashes is kept apart where it is a command", () => {
  const positionals = { min: 0, max: 1, hasRest: true } as const;
  const shell = { ...command, positionals };
  const args = parse(["dir", "--", "ls", "-la", "--all"], shell);
  assertEquals(args.words, ["dir"]);
  assertEquals(args.rest, ["ls", "-la", "--all"]);
  assertEquals(parse(["dir"], shell).rest, undefined);
});

test("parse() refuses what it does not know, with what was meant", () => {
  const refusals: [string[], string][] = [
    [["x", "--al"], 'Unknown option "--al". Did you mean "--all"?'],
    [["x", "--lnies", "5"], 'Did you mean "--lines"?'],
    [["x", "--nostore"], 'Did you mean "--no-store"?'],
    [["x", "-q"], 'Unknown option "-q"'],
    [["x", "--no-lines"], 'Unknown option "--no-lines"'],
    [["x", "--__proto__", "y"], 'Unknown option "--__proto__"'],
    [["x", "--lines"], "Option --lines needs a value"],
    [["x", "--lines="], "Option --lines needs a value"],
    [["x", "--lines", "--all"], "is written --lines=VALUE"],
    [["x", "-n", "1", "-n", "2"], "Option --lines is given more than once"],
    [["x", "--level", "mid"], 'Cannot use --level "mid": it must be one of'],
    [[], 'Command "cut" needs ID [DIR]'],
    [["x", "y", "z"], 'Unknown argument "z"'],
    [["x", "y", "--", "z"], 'Unknown argument "z"'],
  ];
  for (const [args, said] of refusals) {
    assertThrows(() => parse(args, command), UsageError, said);
  }
});

test("help is given whatever is missing", () => {
  assert(parse(["--help"], command).flag("help"));
  assert(parse(["-h"], command).flag("help"));
});

test("whole() takes whole numbers within the bounds only", () => {
  const of = (text: string) => parse(["x", `--lines=${text}`], command);
  assertEquals(of("7").whole("lines", 1, 9), 7);
  for (const text of ["0", "10", "1.5", "1e1", "-1", "x", " 5"]) {
    assertThrows(
      () => of(text).whole("lines", 1, 9),
      UsageError,
      "it must be a whole number from 1 to 9",
    );
  }
});
