/** Services by the command line, as a person or a script has it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cliCommand, cliEnv, runCli } from "./harness/cli.ts";
import { ServiceHost, sleeper, TALKER } from "./harness/service_host.ts";
import { freePort } from "./harness/free_port.ts";
import { until } from "./harness/until.ts";

const FAILING = `command "false"
transport "none"
restart {
  policy "on-failure"
  backoff-initial "10ms"
  backoff-max "50ms"
  max-retries-per-minute 3
}
`;

test(
  "services start with the daemon; stop and start name them (1.9)",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    await host.becomes("alpha", "running");

    assertEquals(await host.run("stop", "alpha"), {
      code: 0,
      stdout: "stopped: alpha\n",
      stderr: "",
    });
    assertEquals(
      (await host.run("stop", "alpha")).stdout,
      "not running: alpha\n",
    );
    assertEquals((await host.run("start", "alpha")).stdout, "started: alpha\n");
    assertEquals(
      (await host.run("start", "--all")).stdout,
      "already running: alpha\n",
    );
    assertEquals(
      (await host.run("restart", "alpha")).stdout,
      "restarted: alpha\n",
    );
    assertEquals(
      (await host.run("stop", "--all", "--now")).stdout,
      "stopped: alpha\n",
    );
  },
  60_000,
);

test(
  "one that always fails is listed as failed, in columns (1.9)",
  async () => {
    await using host = await ServiceHost.start({
      "always-failing-and-with-a-long-name": FAILING,
      alpha: sleeper(),
    });
    await host.becomes("always-failing-and-with-a-long-name", "failed", 6_000);
    const { state } = await host.becomes("alpha", "running");

    const { code, stdout } = await host.run("list");
    assertEquals(code, 0);
    const rows = stdout.trimEnd().split("\n").map((line) => line.split(/\s+/));
    assertEquals(rows[0], [
      "NAME",
      "STATE",
      "PID",
      "PORT",
      "UPTIME",
      "RESTARTS",
    ]);
    assertEquals(rows[1]?.slice(0, 2), ["alpha", "running"]);
    assertEquals(rows[1]?.[2], String("pid" in state ? state.pid : ""));
    assertMatch(rows[1]?.[4] ?? "", /^\d+s$/);
    assertEquals(rows[2], [
      "always-failing-and-with-a-long-name",
      "failed",
      "-",
      "-",
      "-",
      "3",
    ]);
    const heads = stdout.split("\n").map((line) =>
      line.search(/\b(STATE|running|failed)\b/)
    );
    assertEquals(new Set(heads.slice(0, 3)).size, 1);

    const told = await host.run(
      "status",
      "always-failing-and-with-a-long-name",
    );
    assertMatch(told.stdout, /^state: +failed$/m);
    assertMatch(told.stdout, /^reason: +exited with code 1; 3 restarts/m);
    assertMatch(told.stdout, /^starts: +4$/m);
    assertMatch(told.stdout, /^restarts: +3, 4 failures in the last minute$/m);
    assertMatch(told.stdout, /^transition: .* running -> restarting/m);
  },
  60_000,
);

test(
  "reload tells what was added, changed and removed, and faults by place (1.9)",
  async () => {
    await using host = await ServiceHost.start({
      gone: sleeper(),
      other: sleeper(`port ${freePort()}\n`),
      same: sleeper(),
    });
    await host.becomes("same", "running");
    host.remove("gone");
    host.write("other", sleeper(`port ${freePort()}\n`));
    host.write("fresh", sleeper());

    assertEquals(
      (await host.run("reload")).stdout,
      "added: fresh\nremoved: gone\nchanged: other\nunchanged: same\n",
    );

    host.write("bad", 'command "x"\nport 99999\n');
    const file = join(host.folder, "bad.kdl");
    const text =
      `invalid value for \`port\` in ${file}: port 99999 out of u16 range`;
    for (
      const [command, where] of [["reload", "stderr"], ["check", "stdout"]]
    ) {
      const ran = command === "check"
        ? await runCli(["check"], { env: host.env })
        : await host.run("reload");
      assertEquals(ran.code, 3, ran.stderr);
      assert(ran[where as "stderr"].includes(`${file}:2:`), ran.stderr);
      assert(ran[where as "stderr"].includes(text), ran.stderr);
    }
    // Nothing is changed by it, and it is not out of sight.
    assertEquals(
      (await host.list()).map(({ name, state }) => `${name} ${state.kind}`),
      ["bad invalid", "fresh running", "other running", "same running"],
    );
  },
  60_000,
);

test(
  "a first file is added by reload, and a bad one told by its place",
  async () => {
    await using host = await ServiceHost.start({});
    assertMatch((await host.run("list")).stderr, /hypivisor help services/);
    host.write("alpha", sleeper());
    assertEquals(
      (await host.run("reload")).stdout,
      "added: alpha\nremoved:\nchanged:\nunchanged:\n",
    );
    await host.becomes("alpha", "running");

    const file = join(host.folder, "alpha.kdl");
    host.write("alpha", 'command "sleep"\nport "x"\n');
    const bad = await host.run("reload");
    assertEquals(bad.code, 3);
    assert(bad.stderr.startsWith(`hypivisor: ${file}:2:6: `), bad.stderr);
    const json = await host.run("reload", "--json");
    assertEquals(json.code, 3);
    assertEquals(JSON.parse(json.stdout).faults[0].line, 2);
    const { stdout } = await host.run("status", "alpha");
    assertMatch(stdout, /^state: +running$/m);
    assert(stdout.includes(`fault:      ${file}:2:6: `), stdout);
  },
  60_000,
);

test("15: check has the text of every fault of a file (9.6)", async () => {
  const cases: readonly (readonly [file: string, said: string])[] = [
    ["port 1", "missing required field `command` in {}"],
    [
      'command "x"\nport "y"',
      "invalid value for `port` in {}: expected integer",
    ],
    [
      'command "x"\nrestart {\n policy "maybe"\n}',
      "invalid value for `restart.policy` in {}: unknown policy `maybe`",
    ],
    [
      'command "x"\nstop {\n grace "soon"\n}',
      "invalid value for `stop.grace` in {}: invalid duration `soon`",
    ],
    [
      'command "x"\nrestart {\n bogus 1\n}',
      "invalid value for `restart` in {}: unknown key `bogus`",
    ],
    ['command "x', "failed to parse KDL in {}: "],
  ];
  await using host = await ServiceHost.start({});
  for (const [text, said] of cases) {
    host.write("one", text);
    const { code, stdout } = await runCli(["check"], { env: host.env });
    assertEquals(code, 3, text);
    const wanted = said.replace("{}", join(host.folder, "one.kdl"));
    assert(stdout.includes(wanted), `${stdout}\nwanted: ${wanted}`);
  }
  const check = (...args: string[]) => runCli(["check", ...args], host);
  const named = join(host.folder, "one.kdl");
  assertEquals((await check(named)).code, 3);
  assertEquals((await check(host.folder)).code, 3);
  const missing = await check(join(host.folder, "nowhere"));
  assertEquals(missing.code, 1);
  assertMatch(missing.stderr, /nowhere": there is no such file or folder/);
  host.write("one", 'command "x"\nport 4711\n');
  assertEquals((await check(named)).code, 0);
  host.write("two", 'command "x"\nport 4711\n');
  host.write("Odd", 'command "x"\n');
  const { stdout } = await runCli(["check"], { env: host.env });
  assert(
    stdout.includes("duplicate port 4711 declared by both `one` and `two`"),
    stdout,
  );
  assert(
    stdout.includes("server name `Odd` contains invalid characters (allowed:"),
    stdout,
  );
}, 60_000);

test(
  "17: logs prints what there is, follows several, and ends with its reader (1.9, 9.6)",
  async () => {
    await using host = await ServiceHost.start({
      quiet: sleeper(),
      talker: TALKER,
    });
    await host.becomes("talker", "running");
    await until(async () =>
      (await host.run("logs", "talker")).stdout.includes("[out] tick")
    );
    const { code, stdout } = await host.run("logs", "talker", "--tail", "1000");
    assertEquals(code, 0);
    assert(stdout.includes("[out] ready\n"), stdout);
    assert(stdout.includes("[err] oops\n"), stdout);
    assertEquals(
      (await host.run("logs", "talker", "-n", "2")).stdout.split("\n").length,
      3,
    );

    await using follower = host.begin(
      "logs",
      "talker",
      "quiet",
      "-f",
      "-n",
      "1",
    );
    await until(() => /^talker \[out\] tick$/m.test(follower.printed()), {
      withinMs: 10_000,
      seen: follower.printed,
    });

    const cut = Bun.spawn([
      "sh",
      "-c",
      `"$@" logs talker --data-dir '${host.dataDir}' -f | head -n 3; `,
      "sh",
      ...cliCommand(),
    ], { env: cliEnv(host), stdout: "pipe", stderr: "pipe" });
    assertEquals((await new Response(cut.stdout).text()).split("\n").length, 4);
    assertEquals(await new Response(cut.stderr).text(), "");
  },
  60_000,
);

test(
  "15: exit codes 0, 1, 2 and 3 tell what went wrong (9.6, B54)",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    await host.becomes("alpha", "running");
    const nowhere = { dataDir: join(host.dir, "nowhere"), env: host.env };
    for (
      const [args, code] of [
        [["status", "nobody"], 1],
        [["start", "nobody"], 1],
        [["logs", "nobody"], 1],
        [["start"], 64],
        [["start", "alpha", "--all"], 64],
        [["logs", "alpha", "--since", "soon"], 64],
      ] as const
    ) assertEquals((await host.run(...args)).code, code, args.join(" "));
    for (const command of ["list", "reload"]) {
      assertEquals((await runCli([command], nowhere)).code, 2, command);
    }
    assertMatch(
      (await host.run("stop", "nobody")).stderr,
      /^hypivisor: Cannot find "nobody": no service, agent or terminal has/,
    );
    host.write("none", 'command "/no/such/program"\ntransport "none"\n');
    await host.run("reload");
    const refused = await host.run("start", "none");
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /no\/such\/program/);
    assertEquals(statSync(join(host.dataDir, "xy.sock")).mode & 0o777, 0o600);
  },
  60_000,
);

test("started as xy it speaks as xy does", async () => {
  await using host = await ServiceHost.start({ alpha: sleeper() });
  await host.becomes("alpha", "running");
  const run = async (...args: string[]) => {
    const child = Bun.spawn(
      [...cliCommand(), ...args, "--data-dir", host.dataDir],
      { argv0: "xy", env: cliEnv(host), stdout: "pipe", stderr: "pipe" },
    );
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, stdout, stderr };
  };
  assertEquals(await run(), {
    code: 64,
    stdout: "",
    stderr: "xy: Give a command. See xy --help\n",
  });
  assertEquals((await run("stop", "alpha")).stdout, "stopped: alpha\n");
  assertEquals(await run("stop", "nobody"), {
    code: 1,
    stdout: "",
    stderr: "xy: rpc error -32001: no such server `nobody`\n",
  });
  assertMatch((await run("list")).stdout, /^alpha +stopped/m);
  for (const command of ["status", "logs"]) {
    assertEquals(
      (await run(command, "nobody")).stderr,
      "xy: rpc error -32001: no such server `nobody`\n",
    );
  }
  host.write("bad", "port 1\n");
  const refused = await run("reload");
  assertEquals(refused.code, 3);
  assert(refused.stderr.startsWith("xy: rpc error -32003: "), refused.stderr);
  assertMatch((await run("--help")).stdout, /^ {2}logs NAME…/m);
  assert(!(await run("--help")).stdout.includes("hypivisor logs"));
  await host.daemon.stop();
  const alone = await run("list");
  assertEquals(alone.code, 2);
  const socket = join(host.dataDir, "hypivisor.sock");
  assert(alone.stderr.startsWith(`xy: cannot reach daemon at ${socket}: `));
}, 60_000);

test(
  "files of xy are copied, and a service is exported and taken out again",
  async () => {
    const port = freePort();
    await using host = await ServiceHost.start({
      web: `command "sleep" "1000"\nport ${port}\nready { probe "none"; }\n`,
      lazy: `command "sleep" "1000"\nport ${freePort()}\nstart "lazy"\n`,
      mute: sleeper(),
    });
    const source = join(host.dir, "config", "xy", "servers");
    await Bun.write(
      join(source, "old.kdl"),
      `command "sleep"\nargs "9"\nport ${freePort()}\n`,
    );
    const imported = await runCli(["import", "xy"], { env: host.env });
    assertEquals(imported.code, 0, imported.stderr);
    assert(existsSync(join(host.folder, "old.kdl")));

    const file = join(host.dir, ".cursor", "mcp.json");
    const printed = await host.run("export", "cursor", "web");
    assert(
      printed.stdout.includes(`http://127.0.0.1:${port}/mcp`),
      printed.stderr,
    );
    // Not left out in silence, where it is named.
    assertMatch(
      (await host.run("export", "cursor", "web", "mute")).stderr,
      /^hypivisor: Service "mute" speaks no MCP: its file names neither/,
    );
    // Nobody listens at its port until somebody asks the daemon for it.
    assert(
      (await host.run("export", "cursor", "lazy")).stdout
        .includes(`${host.daemon.origin}/mcp/lazy`),
    );
    assert(!existsSync(file));
    assertEquals(
      (await host.run("export", "cursor", "web", "--write")).code,
      0,
    );
    assert(readFileSync(file, "utf8").includes(`:${port}/`));
    assertEquals(
      (await host.run("export", "cursor", "web", "--remove")).stdout,
      "removed: web\n",
    );
  },
  60_000,
);
