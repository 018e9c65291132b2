import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "@bgotink/kdl";
import { HypivisorError } from "../errors.ts";
import { convertXy } from "./import_xy.ts";
import { importXy } from "./import_xy_folder.ts";

const INHERIT = `
// xy gave its servers all of its environment. Better name
// what this one needs.
env-inherit "*"
`;

const PLAIN = `// the one for work
command "npx"
args "-y" "@modelcontextprotocol/server-github"
port 8421
env {
    LOG "info"
}
restart {
    policy "always"
    backoff-initial "10ms"
}
stop { grace "2s" }
`;

test("convertXy() leaves a clean file as it is, with the environment it had", () => {
  assertEquals(convertXy(PLAIN), { text: PLAIN + INHERIT, notes: [] });
});

test("convertXy() comments out what xy passed over in silence", () => {
  const { text, notes } = convertXy(`command "npx" "surplus" key="x"
args "a" 1 "b" #true (t)"ünï"
(u16)port 8421 9
port 7
transport "http"
env KEY="x" { A "1"; B 2
  A "3" "4"
}
restart "x" {
  policy "always" backoff-initial "10ms"
  policy "never"
}
working-dir 7
stop { grace "1s" { x 1; }; }
`);
  assertEquals(
    text.replace(INHERIT, ""),
    `command "npx" /-"surplus" /-key="x"
args "a" /-1 "b" /-#true "ünï"
port 8421 /-9
/-port 7
/-transport "http"
env /-KEY="x" { /-A "1"; /-B 2
  A "3" /-"4"
}
restart /-"x" {
  /-policy "always" backoff-initial "10ms"
  policy "never"
}
/-working-dir 7
stop { grace "1s" /-{ x 1; }; }
`,
  );
  assertEquals(notes.slice(0, 3), [
    "line 1: xy read the first value of `command` only; a setting needs a line of its own",
    "line 2: the type annotation means nothing",
    "line 2: xy passed over what is no string in `args`",
  ]);
  // What is left is what xy read.
  const names = parse(text, { as: "document" }).nodes.map((n) => n.getName());
  assertEquals(names, [
    "command",
    "args",
    "port",
    "env",
    "restart",
    "stop",
    "env-inherit",
  ]);
});

test("convertXy() says where a file is broken", () => {
  assertThrows(
    () => convertXy('command "x"\nport {'),
    HypivisorError,
    "line 2",
  );
});

test("importXy() copies each file once, and says what it did", () => {
  const dir = mkdtempSync(join(tmpdir(), "hypi-xy-"));
  try {
    const [from, to] = [join(dir, "xy"), join(dir, "ours", "services")];
    assertEquals(importXy({ from, to }), []);
    mkdirSync(from);
    writeFileSync(join(from, "github.kdl"), PLAIN, { mode: 0o600 });
    writeFileSync(join(from, "Bad Name.kdl"), PLAIN);
    writeFileSync(join(from, "broken.kdl"), "command {");
    writeFileSync(join(from, "notes.txt"), "no");
    mkdirSync(join(from, "folder.kdl"));

    const report = importXy({ from, to, check: () => ["line 1: a fault"] });
    assertEquals(
      report.map(({ file, what }) => [file.slice(from.length + 1), what]),
      [
        ["Bad Name.kdl", "left"],
        ["broken.kdl", "unreadable"],
        ["folder.kdl", "unreadable"],
        ["github.kdl", "copied"],
      ],
    );
    assertEquals(report[3]?.notes, ["line 1: a fault"]);
    const copy = join(to, "github.kdl");
    assertEquals(readFileSync(copy, "utf8"), PLAIN + INHERIT);
    assertEquals(statSync(copy).mode & 0o777, 0o600);
    assertEquals(existsSync(join(to, "broken.kdl")), false);

    writeFileSync(copy, "mine");
    assertEquals(importXy({ from, to })[3], {
      file: join(from, "github.kdl"),
      what: "left",
      notes: [`"${copy}" is there already`],
    });
    assertEquals(readFileSync(copy, "utf8"), "mine");
  } finally {
    rmSync(dir, { recursive: true });
  }
});
