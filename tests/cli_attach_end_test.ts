/** How `attach` ends and how it goes on: cuts, signals, exits. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { around, modes, play, PROMPT, SHELL } from "./harness/attach_scene.ts";
import { type OnPty, runCli } from "./harness/cli.ts";
import { until } from "./harness/until.ts";

test("the terminal is as before: after leaving, the end, a signal, a failure", async () => {
  await play(async ({ open, hypivisor }) => {
    const dirty = "printf '\\033[?1049h\\033[?1003h\\033[?2004h\\033[?25l" +
      "\\033[?1h\\033[5;10r\\033[>1u'; echo dirty; exec cat";
    const { dataDir } = hypivisor;
    const endProgram = async (id: string) => {
      const { stdout } = await runCli(["terminals", "--json"], { dataDir });
      const list: { id: string; state: { pid: number } }[] = JSON.parse(stdout);
      const pid = list.find((one) => one.id === id)?.state.pid;
      assert(pid !== undefined);
      process.kill(pid, "SIGTERM");
    };
    const ends: [string, (pty: OnPty, id: string) => unknown, number][] = [
      ["left", (pty) => pty.type("\x1c"), 0],
      ["ended", (_, id) => endProgram(id), 143],
      ["signal", (pty) => killChild(pty.pid, "SIGTERM"), 143],
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

  /** Of the shell that `around` runs: the attach. */
  function killChild(parent: number, signal: NodeJS.Signals): void {
    const { stdout } = Bun.spawnSync([
      "ps",
      "-o",
      "pid=",
      "--ppid",
      `${parent}`,
    ]);
    process.kill(Number(stdout.toString().trim()), signal);
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
    // As the shell does, to which it was stopped. It waits until all is read.
    const tty = `/proc/${pty.pid}/fd/0`;
    const script = `stty sane < ${tty}; printf '\\033c' > ${tty}`;
    await Bun.spawn(["sh", "-c", script]).exited;
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

test("a terminal that is gone ends attach, and says so", async () => {
  await play(async ({ open, attach, hypivisor }) => {
    const ends: ((id: string) => Promise<unknown>)[] = [
      (id) => runCli(["stop", id], hypivisor),
      async () => {
        const facts = await hypivisor.fetch("/api/daemon");
        process.kill((await facts.json()).runner.pid, "SIGKILL");
      },
    ];
    for (const end of ends) {
      const id = await open("sh", "-c", "echo ready; exec sleep 1000");
      await using pty = attach(id);
      await pty.sees(/^ready/);
      await end(id);
      assert(await pty.exited > 0);
      assertMatch(pty.output, /has ended: SIG|The terminal is gone/);
    }
  });
});
