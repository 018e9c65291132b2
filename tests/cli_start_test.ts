/** Starting a daemon from a command, and ending everything; and the doctor. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliCommand, OnPty, runCli } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { Namespace } from "./harness/namespace.ts";
import { until } from "./harness/until.ts";

/** Terminals are opened below the home only. */
const AT_HOME = { env: { HOME: tmpdir() } };

/** A folder of the test, on a machine where the usual port is free. */
async function withMachine(
  run: (machine: Namespace, dataDir: string) => Promise<void>,
): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "start-test-")));
  const dataDir = join(folder, "hypivisor");
  await using machine = await Namespace.make();
  try {
    await run(machine, dataDir);
  } finally {
    await runCli(["shutdown", "--yes"], { dataDir });
    rmSync(folder, { recursive: true, force: true });
  }
}

function onPty(machine: Namespace, args: readonly string[], dataDir: string) {
  const command = machine.command([...cliCommand(), ...args]);
  return new OnPty(command, { dataDir, rows: 30 });
}

function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
}

test("open offers to start a daemon, which then goes on by itself", async () => {
  await withMachine(async (machine, dataDir) => {
    {
      await using no = onPty(machine, ["open", "--print"], dataDir);
      await no.sees(/^Start one\? \[Y\/n\]/);
      no.type("maybe\r");
      await until(() => no.output.split("[Y/n]").length > 2);
      no.type("n\r");
      assertEquals(await no.exited, 3);
      assert(!existsSync(dataDir));
    }
    await using yes = onPty(machine, ["open", "--print"], dataDir);
    await yes.sees(/^Start one\?/);
    yes.type("\r");
    assertEquals(await yes.exited, 0);
    assertMatch(yes.output, /http:\/\/127\.0\.0\.1:31415\/#code=\S+/);

    const log = join(dataDir, "logs", "hypivisor.log");
    assertMatch(readFileSync(log, "utf8"), /Hypivisor online/);
    assertEquals(statSync(log).mode & 0o777, 0o600);
    const { stdout } = await runCli(["doctor", "--json"], { dataDir });
    const daemon = JSON.parse(stdout)
      .find(({ what }: { what: string }) => what === "daemon");
    const pid = Number(/pid (\d+)/.exec(daemon.found)?.[1]);
    assertEquals(sessionOf(pid), pid);

    // The terminal it was started from is closed: it goes on.
    yes.close();
    assertEquals((await runCli(["ls"], { dataDir })).code, 0);
  });
});

test("a daemon that cannot start is said, with its last words", async () => {
  await withMachine(async (machine, dataDir) => {
    writeFileSync(dataDir, "no folder");
    await using pty = onPty(machine, ["open", "--print"], dataDir);
    await pty.sees(/^Start one\?/);
    pty.type("y\r");
    assertEquals(await pty.exited, 1);
    assertMatch(pty.output, /Cannot use the data directory/);
  });
});

test("without a terminal nothing is started, the command is said", async () => {
  const { code, stderr } = await runCli(["open"], {
    dataDir: "/nonexistent/hypivisor",
  });
  assertEquals(code, 3);
  assertMatch(stderr, /Start one: hypivisor\n$/);
});

test("shutdown says what would end, asks, and ends it all", async () => {
  await using hypivisor = await Hypivisor.start(AT_HOME);
  const { dataDir, pid } = hypivisor;
  const opened = await runCli(
    ["shell", tmpdir(), "--name", "build", "--json", "--", "sleep", "1000"],
    { dataDir },
  );
  const sleeper = JSON.parse(opened.stdout).state.pid;
  const isAlive = (id: number) => existsSync(`/proc/${id}`);

  const unasked = await runCli(["shutdown"], { dataDir });
  assertEquals(unasked.code, 64);
  assertMatch(unasked.stderr, /say --yes/);
  {
    await using no = OnPty.cli(["shutdown"], { dataDir });
    await no.sees(/terminal \S+: build/);
    await no.sees(/^End all this\? \[y\/N\]/);
    no.type("\r");
    assertEquals(await no.exited, 1);
    assert(isAlive(sleeper) && isAlive(pid));
  }
  await using yes = OnPty.cli(["shutdown"], { dataDir });
  await yes.sees(/^End all this\?/);
  yes.type("y\r");
  assertEquals(await yes.exited, 0);
  assertMatch(yes.output, /Ended, with 1 terminal/);
  await until(() => !isAlive(sleeper) && !isAlive(pid));
});

test("shutdown ends what a killed daemon left behind", async () => {
  await using hypivisor = await Hypivisor.start(AT_HOME);
  const { dataDir } = hypivisor;
  const opened = await runCli(
    ["shell", tmpdir(), "--json", "--", "sleep", "1000"],
    { dataDir },
  );
  const { pid } = JSON.parse(opened.stdout).state;
  await hypivisor.kill();
  const { code, stderr } = await runCli(["shutdown", "--yes"], { dataDir });
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /No daemon is running, but its runner is/);
  await until(() => !existsSync(`/proc/${pid}`));
  assertEquals((await runCli(["shutdown", "--yes"], { dataDir })).code, 3);
});

interface Finding {
  readonly state: string;
  readonly what: string;
  readonly found: string;
}

async function examine(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<{ code: number; of: (what: string) => string }> {
  const { code, stdout } = await runCli(["doctor", "--json"], { dataDir, env });
  const findings: Finding[] = JSON.parse(stdout);
  return {
    code,
    of(what) {
      const found = findings.find((one) => one.what === what);
      return found ? `${found.state}: ${found.found}` : "";
    },
  };
}

test("doctor finds what works, what may not, and what does not", async () => {
  await using hypivisor = await Hypivisor.start();
  const { dataDir, pid } = hypivisor;
  const bin = join(dataDir, "bin");
  await Bun.write(join(bin, "pi"), "#!/bin/sh\necho 1.5.2\n");
  chmodSync(join(bin, "pi"), 0o755);
  await Bun.write(
    join(dataDir, ".pi/agent/settings.json"),
    '{"packages":["npm:other",{"source":"npm:pi-socket@0.1.0"}]}',
  );
  const env = { HOME: dataDir, PATH: `${bin}:${process.env.PATH}` };

  const well = await examine(dataDir, env);
  assertEquals(well.code, 0);
  assertMatch(well.of("data"), /^ok: /);
  assertMatch(well.of("token"), /^ok: /);
  assertMatch(well.of("database"), /^ok: opens, /);
  assertMatch(well.of("daemon"), new RegExp(`^ok: .*pid ${pid}, up \\d+s`));
  assertEquals(well.of("pi"), `ok: 1.5.2 at ${bin}/pi`);
  assertEquals(well.of("pi-socket"), "ok: npm:pi-socket@0.1.0");

  await hypivisor.stop();
  chmodSync(dataDir, 0o755);
  chmodSync(join(dataDir, "token"), 0o644);
  writeFileSync(join(dataDir, "hypivisor.db"), "this is no database at all");
  await Bun.write(join(bin, "pi"), "#!/bin/sh\necho 0.58.4\n");
  const ill = await examine(dataDir, { ...env, PI_CODING_AGENT_DIR: "/none" });
  assertEquals(ill.code, 1);
  assertMatch(ill.of("data"), /^warn: .* is open to others/);
  assertMatch(ill.of("token"), /^warn: .* is open to others/);
  assertMatch(ill.of("database"), /^fail: .*does not open/);
  assertEquals(ill.of("daemon"), "warn: not running");
  assertMatch(ill.of("pi"), /^fail: 0\.58\.4 .*too old/);
  assertMatch(ill.of("pi-socket"), /^warn: no settings at \/none/);

  const { stdout } = await runCli(["doctor"], { dataDir, env });
  assertMatch(stdout, /^warn {2}data .*\n {16}chmod 700 /m);
});
