/** `attach` and `shell` on a real pty: what a terminal does. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { play, PROMPT, SHELL } from "./harness/attach_scene.ts";
import { OnPty, runCli } from "./harness/cli.ts";
import { until } from "./harness/until.ts";

const MIB = 1024 * 1024;

test("attach is a real terminal: colours, size, Ctrl-C, wide letters", async () => {
  await play(async ({ open, attach }) => {
    const id = await open(...SHELL);
    await using pty = attach(id, [], { cols: 90, rows: 30 });
    await pty.sees(PROMPT);
    pty.type("stty size; printf '\\033[31mred\\033[0m 文字\\n'; tty\r");
    await pty.sees(/^30 90$/);
    await pty.sees(/^red 文字$/);
    assert(pty.output.includes("\x1b[31mred\x1b[0m"));

    pty.resize(100, 20);
    pty.type("stty size\r");
    await pty.sees(/^20 100$/);

    pty.type("sleep 1000; echo after=$?\r");
    await pty.sees(/sleep 1000/);
    pty.type("\x03");
    await until(() => pty.lines.some((line) => /^\^C/.test(line)));
    pty.type("echo still=$((20+2))\r");
    await pty.sees(/^still=22$/);
    assertEquals(pty.exitCode, null);
  });
});

test("the detach key leaves it running, and who comes back sees the same", async () => {
  await play(async ({ open, attach, hypivisor }) => {
    const id = await open(...SHELL);
    await using first = attach(id);
    await first.sees(PROMPT);
    first.type("A=remembered; echo one-$A\r");
    await first.sees(/^one-remembered$/);
    first.type("\x1c");
    assertEquals(await first.exited, 0);
    assertMatch(first.output, /\[left .*goes on: hypivisor attach [^\]]+\]/);

    const list = await runCli(["terminals", "--json"], hypivisor);
    assertEquals(JSON.parse(list.stdout)[0].state.kind, "running");

    await using second = attach(id.slice(0, 8));
    await second.sees(/^one-remembered$/);
    second.type("echo two-$A\r");
    await second.sees(/^two-remembered$/);
  });
});

test("the detach key may be another, by option or environment", async () => {
  await play(async ({ open, attach }) => {
    const id = await open(...SHELL);
    for (
      const [args, env] of [
        [["--detach-key", "ctrl-b d"], {}],
        [[], { HYPIVISOR_DETACH_KEY: "^b d" }],
      ] as const
    ) {
      await using pty = attach(id, args, { env });
      await pty.sees(PROMPT);
      pty.type("cat -v\r");
      await pty.sees(/cat -v/);
      pty.type("\x02\x02x\r");
      await pty.sees(/^\^Bx$/);
      pty.type("\x04");
      pty.type("\x02d");
      assertEquals(await pty.exited, 0);
    }
    const bad = attach(id, ["--detach-key", "q"]);
    assertEquals(await bad.exited, 64);
    await bad[Symbol.asyncDispose]();
  });
});

test("a paste of a mebibyte arrives intact", async () => {
  await play(async ({ open, attach, folder }) => {
    const file = join(folder, "pasted");
    const id = await open(
      "sh",
      "-c",
      `stty raw -echo; echo ready; head -c ${MIB} > ${file}; echo done; cat`,
    );
    await using pty = attach(id, ["--detach-key", "none"]);
    await pty.sees(/^ready/);
    const paste = Buffer.alloc(MIB);
    for (let at = 0; at < MIB; at++) paste[at] = (at * 7919 + (at >> 9)) & 255;
    pty.type(paste);
    await pty.sees(/done/, 30_000);
    assert(readFileSync(file).equals(paste));
  });
});

test("bytes pass as they are: a bare line end goes straight down", async () => {
  await play(async ({ open, attach }) => {
    const id = await open(
      "sh",
      "-c",
      "stty raw -echo; printf 'one\\ntwo\\r\\n'; exec cat",
    );
    await using pty = attach(id);
    await pty.sees(/^ {3}two$/);
    pty.type("\x00\x01\x7f\xff\x1b[A");
    await until(() => pty.bytes.includes("\x00\x01\x7fÿ\x1b[A"));
  });
});

test("shell goes right into a new terminal here, and forgets it at its end", async () => {
  await play(async ({ hypivisor, folder }) => {
    const { dataDir } = hypivisor;
    await using pty = OnPty.cli(["shell", "--", ...SHELL], {
      dataDir,
      cwd: folder,
      cols: 72,
    });
    await pty.sees(PROMPT);
    pty.type("pwd; stty size\r");
    await pty.sees(new RegExp(`^${folder}$`));
    await pty.sees(/^24 72$/);
    pty.type("exit 5\r");
    assertEquals(await pty.exited, 5);
    const { stdout } = await runCli(["terminals", "--json"], { dataDir });
    assertEquals(JSON.parse(stdout), []);
  });
});

test("a reader only looks: its keys do nothing, Ctrl-C leaves", async () => {
  await play(async ({ open, attach }) => {
    const id = await open(...SHELL);
    await using writer = attach(id, [], { cols: 80 });
    await writer.sees(PROMPT);
    await using reader = attach(id, ["--read-only"], { cols: 60 });
    await reader.sees(PROMPT);
    reader.type("echo from-reader\r");
    writer.type("echo from-writer; stty size\r");
    await reader.sees(/^from-writer$/);
    await reader.sees(/^24 80$/);
    assert(!writer.output.includes("from-reader"));
    reader.type("\x03");
    assertEquals(await reader.exited, 0);
    writer.type("echo on\r");
    await writer.sees(/^on$/);
  });
});
