import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HypivisorError } from "./errors.ts";
import { launchdAgent } from "./launchd_agent.ts";
import {
  installLoginItem,
  type LoginItemParts,
  loginItemStatus,
  uninstallLoginItem,
} from "./login_item.ts";
import { type CommandResult, runCommand } from "./run_command.ts";
import { systemdUnit } from "./systemd_unit.ts";

const PROGRAM = {
  command: ["/opt/my tools/hypivisor", "--port", "1"] as const,
  env: { PATH: "/home/me/bin:/usr/bin" },
};

type Answers = (line: string) => Partial<CommandResult> | undefined;

/** A machine: what its programs are asked, and what they answer. */
function machine(platform: NodeJS.Platform, answers: Answers = () => ({})) {
  const home = mkdtempSync(join(tmpdir(), "hypi-login-"));
  const asked: string[] = [];
  const parts: LoginItemParts = {
    platform,
    home,
    env: {},
    uid: 501,
    run: (command) => {
      const line = command.join(" ");
      asked.push(line);
      return Promise.resolve({
        code: 0,
        stdout: "",
        stderr: "",
        ...answers(line),
      });
    },
  };
  return {
    asked,
    parts,
    home,
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
}

const UNIT = ".config/systemd/user/hypivisor.service";
const AGENT = "Library/LaunchAgents/hyper-pi.hypivisor.plist";

test("systemdUnit() quotes whatever a path may hold", () => {
  const unit = systemdUnit({
    command: ["/opt/a b/hypi$visor", "--x", '50% "q" \\'],
    env: { PATH: "/bin:/home/m e/100%/$HOME", XDG_CONFIG_HOME: "/etc/me" },
  });
  assertMatch(
    unit,
    /^ExecStart="\/opt\/a b\/hypi\$\$visor" --x "50%% \\"q\\" \\\\"$/m,
  );
  assertMatch(
    unit,
    /^Environment="PATH=\/bin:\/home\/m e\/100%%\/\$HOME"$/m,
  );
  assertMatch(unit, /^Environment="?XDG_CONFIG_HOME=\/etc\/me"?$/m);
  assertMatch(unit, /^KillMode=process$/m);
  assertMatch(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  const plain = systemdUnit({
    command: ["/bin/hypivisor"],
    env: { PATH: "/bin" },
  });
  assertMatch(plain, /^ExecStart=\/bin\/hypivisor$/m);
});

test("launchdAgent() escapes whatever a path may hold", () => {
  const agent = launchdAgent(
    { command: ["/opt/a&b/<hypivisor>"], env: { PATH: "/b&in" } },
    { home: "/home/me", logFile: "/log" },
  );
  assertMatch(agent, /<string>\/opt\/a&amp;b\/&lt;hypivisor&gt;<\/string>/);
  assertMatch(agent, /<key>PATH<\/key>\n {4}<string>\/b&amp;in<\/string>/);
  assertMatch(agent, /<key>AbandonProcessGroup<\/key>\n {2}<true\/>/);
});

test("systemd starts the daemon at login, until it is uninstalled", async () => {
  using linux = machine(
    "linux",
    (line) =>
      line.startsWith("loginctl")
        ? { stdout: "Linger=no\n" }
        : line.includes("is-active")
        ? { stdout: "active\n" }
        : undefined,
  );
  const file = join(linux.home, UNIT);

  const first = await installLoginItem(linux.parts, PROGRAM, "/log");
  assertEquals(first.what, "installed");
  assertMatch(first.hints.join(), /loginctl enable-linger/);
  assertEquals(readFileSync(file, "utf8"), systemdUnit(PROGRAM));
  assertEquals(linux.asked, [
    "systemctl --user show --property=Version",
    "systemctl --user daemon-reload",
    "systemctl --user enable --now hypivisor.service",
    "loginctl show-user 501 --property=Linger",
  ]);
  const again = await installLoginItem(linux.parts, PROGRAM, "/log");
  assertEquals(again.what, "unchanged");
  assertEquals(again.hints, first.hints);
  const moved = { ...PROGRAM, env: { PATH: "/bin" } };
  const changed = await installLoginItem(linux.parts, moved, "/log");
  assertEquals(changed.what, "updated");
  assertMatch(changed.hints.join(), /systemctl --user restart hypivisor/);

  linux.asked.length = 0;
  assertEquals(await uninstallLoginItem(linux.parts), true);
  assertEquals(existsSync(file), false);
  assertEquals(linux.asked.slice(1), [
    "systemctl --user disable --now hypivisor.service",
    "systemctl --user daemon-reload",
  ]);
  assertEquals(await uninstallLoginItem(linux.parts), false);
});

test("loginItemStatus() says what systemd says", async () => {
  using linux = machine("linux", (line) => {
    if (line.endsWith("is-enabled hypivisor.service")) {
      return { stdout: "enabled\n" };
    }
    if (line.endsWith("is-active hypivisor.service")) {
      return { code: 3, stdout: "failed\n" };
    }
    return undefined;
  });
  const file = join(linux.home, UNIT);
  assertEquals(await loginItemStatus(linux.parts), { kind: "absent", file });
  await installLoginItem(linux.parts, PROGRAM, "/log");
  assertEquals(await loginItemStatus(linux.parts), {
    kind: "installed",
    file,
    isEnabled: true,
    isRunning: false,
    hints: [],
  });
});

test("launchd starts the daemon at login, until it is uninstalled", async () => {
  using mac = machine("darwin", (line) => {
    if (line.includes("bootout")) return { code: 3, stderr: "No such process" };
    if (line.endsWith("print gui/501/hyper-pi.hypivisor")) {
      return { stdout: "{\n\tstate = running\n}" };
    }
    return undefined;
  });
  const file = join(mac.home, AGENT);

  await installLoginItem(mac.parts, PROGRAM, "/log");
  assertEquals(
    readFileSync(file, "utf8"),
    launchdAgent(PROGRAM, { home: mac.home, logFile: "/log" }),
  );
  assertEquals(mac.asked.slice(1), [
    "launchctl bootout gui/501/hyper-pi.hypivisor",
    "launchctl enable gui/501/hyper-pi.hypivisor",
    `launchctl bootstrap gui/501 ${file}`,
  ]);
  assertEquals(await loginItemStatus(mac.parts), {
    kind: "installed",
    file,
    isEnabled: true,
    isRunning: true,
    hints: [],
  });
  assertEquals(await uninstallLoginItem(mac.parts), true);
  assertEquals(existsSync(file), false);
});

test("a machine that cannot do it says so, and nothing is written", async () => {
  const cases = [
    ["linux", { code: undefined }, /there is no systemd here\. In a container/],
    [
      "linux",
      { code: 1, stderr: "Failed to connect to bus: No medium found\n" },
      /does not run for this user \(Failed to connect to bus: No medium found\)/,
    ],
    [
      "darwin",
      { code: 113, stderr: "Could not find domain" },
      /nobody is logged in/,
    ],
    ["win32", {}, /not known how on win32/],
  ] as const;
  for (const [platform, answer, why] of cases) {
    using one = machine(platform, () => answer);
    const refused = await assertRejects(
      () => installLoginItem(one.parts, PROGRAM, "/log"),
      HypivisorError,
    );
    assertMatch(refused.message, /^Cannot start hypivisor at login: /);
    assertMatch(refused.message, why);
    assertEquals(existsSync(join(one.home, UNIT)), false);
    assertEquals(existsSync(join(one.home, AGENT)), false);
  }
});

test("a command that fails is quoted in the error", async () => {
  using linux = machine(
    "linux",
    (line) =>
      line.includes("enable --now")
        ? { code: 1, stderr: "Job failed\nSee journalctl\n" }
        : undefined,
  );
  const refused = await assertRejects(
    () => installLoginItem(linux.parts, PROGRAM, "/log"),
    HypivisorError,
  );
  assertEquals(refused.message, "Cannot start it: See journalctl");
});

test("a unit that somebody else wrote is left alone", async () => {
  using linux = machine("linux");
  const file = join(linux.home, UNIT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "[Service]\nExecStart=/bin/true\n");
  for (
    const change of [
      () => installLoginItem(linux.parts, PROGRAM, "/log"),
      () => uninstallLoginItem(linux.parts),
    ]
  ) {
    const refused = await assertRejects(change, HypivisorError);
    assertMatch(refused.message, /it was not written by hypivisor/);
  }
  assertMatch(readFileSync(file, "utf8"), /bin\/true/);
});

test("runCommand() tells what was said, and that there is no such program", async () => {
  assertEquals(await runCommand(["sh", "-c", "echo a; echo b >&2; exit 3"]), {
    code: 3,
    stdout: "a\n",
    stderr: "b\n",
  });
  const absent = await runCommand(["no-such-program-here"]);
  assertEquals(absent.code, undefined);
});
