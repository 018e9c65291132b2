/** The command line and real pi: prompts, answers, spawning. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { runCli } from "./harness/cli.ts";
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
