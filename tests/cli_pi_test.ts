/** The command line and real pi: prompts, answers, spawning. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { OnPty, runCli } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

test(
  "send --wait gives a real pi a prompt, and prints what it answers",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using home = await PiHome.make();
    const pi = home.tui({
      hypivisor: hypivisor.socketUrl("/ws"),
      args: ["--name", "till"],
    });
    const { dataDir } = hypivisor;
    await until(
      async () => (await runCli(["ls"], { dataDir })).stdout.includes("till"),
      { withinMs: 20_000, seen: () => pi.screen.slice(-500) },
    );
    const send = (...args: string[]) =>
      runCli(["send", "till", "--wait", ...args], { dataDir });

    const text =
      "#think a while\n#say Looking.\n#bash echo found\n#next\n#say Done it.";
    const { code, stdout, stderr } = await send(text);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^Looking\.\n(\n.*)?Done it\.\n$/);

    const failed = await send("#error 400 no such thing");
    assertEquals(failed.code, 1);
    assertMatch(failed.stderr, /no such thing/);

    const tail = await runCli(["tail", "till", "-n", "20"], { dataDir });
    assertMatch(tail.stdout, /^> #think a while$/m);
    assertMatch(tail.stdout, /^\* bash echo found$/m);
    assertMatch(tail.stdout, /^ {2}found$/m);
    assertMatch(tail.stdout, /^! .*no such thing/m);
  },
  60_000,
);

/** A daemon that finds pi on its path, as after an installation. */
async function withPi(
  run: (dataDir: string, home: PiHome) => Promise<void>,
): Promise<void> {
  await using home = await PiHome.make();
  const pi = join(home.root, "bin", "pi");
  await Bun.write(
    pi,
    `#!/bin/sh\nexec ${home.pi.command.join(" ")} "$@"\n`,
  );
  chmodSync(pi, 0o755);
  const { HYPIVISOR_WS: _, PATH, ...env } = home.environment();
  await using hypivisor = await Hypivisor.start({
    env: { ...env, PATH: `${join(home.root, "bin")}:${PATH}` },
  });
  const { dataDir } = hypivisor;
  try {
    await run(dataDir, home);
  } finally {
    await runCli(["shutdown", "--yes"], { dataDir });
  }
}

test("spawn, send, attach, stop and resume: one agent's life", async () => {
  await withPi(async (dataDir, home) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(args, {
        dataDir,
        cwd: home.work,
      });
      assertEquals(code, 0, `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    const said = (id: string, text: string) =>
      until(async () => (await run("tail", id)).includes(text), {
        withinMs: 20_000,
      });
    const id = (await run("spawn", "-n", "till", "-m", "#say Good day")).trim();
    assertMatch(await run("ls"), /till/);
    await said(id, "\nGood day\n");
    assertEquals(await run("send", "-w", "till", "#say Yes"), "Yes\n");

    {
      await using pty = OnPty.cli(["attach", "till"], { dataDir, cols: 100 });
      await pty.sees(/fake-thinker/);
      await pty.sees(/^ Yes/);
      pty.type("#say typed by hand");
      await pty.sees(/#say typed by hand/);
      pty.type("\r");
      await said(id, "\ntyped by hand\n");
      // pi asks for kitty's keys: a terminal that has them tells it like this.
      pty.type("\x1b[92;5u");
      assertEquals(await pty.exited, 0);
    }
    await run("stop", "till");
    assertMatch(await run("ls", "--all"), /offline .*till/);

    assertEquals((await run("resume", "till")).trim(), id);
    await until(async () => /idle .*till/.test(await run("ls")), {
      withinMs: 20_000,
    });
    assertMatch(await run("tail", "till"), /typed by hand/);
    assertEquals(await run("send", "-w", "till", "#say Again"), "Again\n");

    const outside = await runCli(["spawn", "/etc"], { dataDir });
    assertEquals(outside.code, 1);
    assertMatch(outside.stderr, /outside home/);
  });
}, 90_000);

test("spawn --attach goes right into the new agent", async () => {
  await withPi(async (dataDir, home) => {
    await using pty = OnPty.cli(["spawn", "--attach", "-m", "#say Hello you"], {
      dataDir,
      cwd: home.work,
      cols: 100,
      rows: 30,
    });
    await pty.sees(/^ Hello you/, 20_000);
    pty.type("\x1c");
    assertEquals(await pty.exited, 0);
    const { stdout } = await runCli(["ls"], { dataDir });
    assertMatch(stdout, /work/);
  });
}, 60_000);
