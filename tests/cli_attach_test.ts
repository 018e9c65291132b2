/** `attach` and `shell` on a real pty, against a real daemon and runner. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliCommand, OnPty, type PtyOptions, runCli } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";

const MIB = 1024 * 1024;

interface Scene {
  readonly hypivisor: Hypivisor;
  /** For files of the test. */
  readonly folder: string;
  /** Opens a terminal with a command on it. Resolves to its ID. */
  open(...command: string[]): Promise<string>;
  attach(id: string, args?: readonly string[], options?: PtyOptions): OnPty;
}

/** A daemon, and at the end nothing of what it started. */
async function play(run: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "attach-test-"));
  await using hypivisor = await Hypivisor.start({
    env: { SHELL: "/bin/bash", HOME: folder },
  });
  const { dataDir } = hypivisor;
  try {
    await run({
      hypivisor,
      folder,
      async open(...command) {
        const args = ["shell", "-d", folder, "--", ...command];
        const { code, stdout, stderr } = await runCli(args, { dataDir });
        assertEquals([code, stderr], [0, ""]);
        return stdout.trim();
      },
      attach: (id, args = [], options = {}) =>
        OnPty.cli(["attach", id, ...args], { dataDir, ...options }),
    });
  } finally {
    await runCli(["shutdown", "--yes"], { dataDir });
    rmSync(folder, { recursive: true, force: true });
  }
}

const SHELL = ["bash", "--norc", "--noprofile"];

const PROMPT = /[$#] $/;

/** The ways back, as `stty` sees them. */
function modes(text: string): string[] {
  return [...text.matchAll(/^BEGIN\r?\n([^]*?)^END/gm)]
    .map(([, all = ""]) => all.replaceAll("\r", ""));
}

/** A shell script on a pty that shows what a command leaves behind. */
function around(args: readonly string[], dataDir: string): OnPty {
  const stty = "echo BEGIN; stty -a; echo END";
  const line = [...cliCommand(), ...args, "--data-dir", dataDir]
    .map((word) => `'${word}'`).join(" ");
  return new OnPty(["sh", "-c", `${stty}; ${line}; echo "code=$?"; ${stty}`], {
    dataDir,
  });
}

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

test("the terminal is as before: after leaving, the end, a signal, a failure", async () => {
  await play(async ({ open, hypivisor }) => {
    const dirty = "printf '\\033[?1049h\\033[?1003h\\033[?2004h\\033[?25l" +
      "\\033[?1h\\033[5;10r\\033[>1u'; echo dirty; exec cat";
    const { dataDir } = hypivisor;
    const ends: [string, (pty: OnPty, id: string) => unknown, number][] = [
      ["left", (pty) => pty.type("\x1c"), 0],
      ["ended", (_, id) => runCli(["stop", id], { dataDir }), 129],
      ["signal", () => killAttach("SIGTERM"), 143],
    ];
    for (const [name, end, code] of ends) {
      const id = await open("sh", "-c", dirty);
      await using pty = around(["attach", id], dataDir);
      await pty.sees(/^dirty/);
      assert(pty.isOtherScreen, name);
      await end(pty, id);
      await pty.exited;
      const [before, after] = modes(pty.output);
      assertEquals(after, before, name);
      assert(before?.includes("icanon"));
      assertMatch(pty.output, new RegExp(`code=${code}\\r`), name);
      assert(!pty.isOtherScreen, name);
      assertEquals(pty.modes.mouseTrackingMode, "none");
      assertEquals(pty.modes.bracketedPasteMode, false);
      assertEquals(pty.modes.applicationCursorKeysMode, false);
    }
  });

  function killAttach(signal: NodeJS.Signals): void {
    const { stdout } = Bun.spawnSync(["ps", "-eo", "pid,ppid,args"]);
    const line = stdout.toString().split("\n").find((line) =>
      / attach /.test(line) && !/ sh -c /.test(line)
    );
    process.kill(Number(line?.trim().split(/\s+/)[0]), signal);
  }
});

test("a kill of the daemon is not seen: all bytes come, once, in order", async () => {
  await play(async ({ open, attach, hypivisor, folder }) => {
    const go = join(folder, "go");
    const id = await open(
      "sh",
      "-c",
      `echo ready; while [ ! -e ${go} ]; do sleep 0.02; done; ` +
        `i=0; while [ $i -lt 4000 ]; do echo "line $i."; i=$((i+1)); ` +
        `[ $((i % 20)) = 0 ] && sleep 0.02; done; echo finished; exec cat`,
    );
    await using pty = attach(id);
    await pty.sees(/^ready/);
    await Bun.write(go, "");
    await until(() => pty.output.includes("line 500."), { withinMs: 20_000 });
    await hypivisor.kill();
    await until(() => !pty.output.includes("finished"));
    await hypivisor.start();
    await pty.sees(/^finished/, 30_000);
    const numbers = [...pty.output.matchAll(/line (\d+)\./g)]
      .map(([, n]) => Number(n));
    assertEquals(numbers, Array.from({ length: 4_000 }, (_, n) => n));
    pty.type("typed after\r");
    await until(() => pty.output.includes("typed after\r\ntyped after"));
  });
});

test("while the daemon is away it says so, keeps keys, and can be left", async () => {
  await play(async ({ open, attach, hypivisor }) => {
    const id = await open(...SHELL);
    const { dataDir } = hypivisor;
    await using pty = attach(id);
    await using other = around(["attach", id], dataDir);
    await pty.sees(PROMPT);
    await other.sees(PROMPT);
    pty.type("echo before\r");
    await pty.sees(/^before$/);
    await hypivisor.kill();
    await pty.sees(/hypivisor is away.*Ctrl-\\ leaves/);
    pty.type("echo typed-$((40+2))\r");
    await other.sees(/hypivisor is away/);

    other.type("\x1c");
    await other.exited;
    const [before, after] = modes(other.output);
    assertEquals(after, before);
    assertMatch(other.output, /code=0/);

    await hypivisor.start();
    await pty.sees(/^typed-42$/);
    assert(!pty.lines.some((line) => /is away/.test(line)));
    await pty.sees(/^before$/);
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

test("a terminal that is closed ends attach, and nobody else", async () => {
  await play(async ({ open, attach, hypivisor }) => {
    const id = await open(...SHELL);
    const pty = attach(id);
    await pty.sees(PROMPT);
    pty.close();
    await pty.exited;
    await until(async () => {
      const { stdout } = await runCli(["terminals", "--json"], hypivisor);
      const [{ state, viewers }] = JSON.parse(stdout);
      return state.kind === "running" && viewers.length === 0;
    });
    await pty[Symbol.asyncDispose]();
  });
});

test("stopped and continued, it is raw again and paints anew", async () => {
  await play(async ({ open, attach }) => {
    const id = await open(...SHELL);
    await using pty = attach(id);
    await pty.sees(PROMPT);
    pty.type("echo mark-$((1+1))\r");
    await pty.sees(/^mark-2$/);
    pty.kill("SIGSTOP");
    // As the shell does, to which it was stopped.
    const tty = `/proc/${pty.pid}/fd/0`;
    Bun.spawnSync(["sh", "-c", `stty sane < ${tty}; printf '\\033c' > ${tty}`]);
    await until(() => pty.lines.every((line) => line === ""));
    pty.kill("SIGCONT");
    await pty.sees(/^mark-2$/);
    pty.type("echo more-$((1+2))\r");
    await pty.sees(/^more-3$/);
  });
});

test("the exit code of the program is that of attach", async () => {
  await play(async ({ open, attach, folder, hypivisor }) => {
    const go = join(folder, "go");
    const wait = `while [ ! -e ${go} ]; do sleep 0.02; done`;
    const cases: [string, number][] = [
      ["exit 0", 0],
      ["exit 7", 7],
      ["kill -KILL $$", 137],
    ];
    for (const [how, code] of cases) {
      rmSync(go, { force: true });
      const id = await open(
        "sh",
        "-c",
        `echo ready; ${wait}; seq 5000; ${how}`,
      );
      await using pty = attach(id);
      await pty.sees(/^ready/);
      await Bun.write(go, "");
      assertEquals(await pty.exited, code);
      assert(pty.output.includes("4999\r\n5000\r\n"));
      assertMatch(pty.output, /\[.* has ended: (exit code \d|SIGKILL)\]/);

      const again = await runCli(["tail", id, "-n", "2"], hypivisor);
      assertEquals(again.stdout, "4999\n5000\n");
      await using late = attach(id);
      assertEquals(await late.exited, 1);
      assertMatch(late.output, /has ended: .* ago\. Its last lines:/);
    }
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
