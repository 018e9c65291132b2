import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PiHome } from "./harness/pi.ts";
import { TestRunner } from "./harness/runner.ts";
import { screenOf, textOf } from "./harness/runner_screen.ts";
import type { RunnerViewer } from "./harness/runner_viewer.ts";
import { screenDifference } from "./harness/screen_difference.ts";
import { until } from "./harness/until.ts";
import type { TerminalId } from "../server/protocol/terminal.ts";

/** Text with everything that is not one column wide. */
const WIDE = Array.from(
  { length: 400 },
  (_, n) => `${n} größe 界面 👍 e\u0301 ${"한글 ─┼─ ".repeat(n % 23)}`,
).join("\n");

/** One that stays from the first byte on, and what it must equal. */
async function reattach(
  runner: TestRunner,
  id: TerminalId,
  stayed: RunnerViewer,
): Promise<void> {
  using back = await runner.attach(id);
  // It may print on meanwhile (htop does): both must have the same place.
  let difference: string | undefined = "not compared";
  await until(async () => {
    await until(() => back.isPainted && back.offset === stayed.offset);
    const { offset } = stayed;
    const [wanted, found] = [await screenOf(stayed), await screenOf(back)];
    if (stayed.offset !== offset || back.offset !== offset) return false;
    difference = screenDifference(wanted, found);
    expect(textOf(found).trim()).not.toBe("");
    return true;
  }, { withinMs: 20_000 });

  expect(difference).toBeUndefined();
  back.leave();
}

interface Step {
  readonly keys: string;
  readonly shows: string | RegExp;
}

/** Runs a program, and reattaches after every step. */
async function check(
  command: readonly string[],
  steps: readonly Step[],
  env: Record<string, string> = {},
): Promise<void> {
  await using runner = await TestRunner.start();
  const size = { cols: 90, rows: 28 };
  const { id, state } = await runner.open(command, {
    size,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: runner.dataDir,
      LANG: "C.UTF-8",
      TMUX_TMPDIR: runner.dataDir,
      ...env,
    },
  });
  expect(state.kind).toBe("running");
  using stayed = await runner.attach(id, { size });
  for (const { keys, shows } of steps) {
    stayed.type(keys);
    await until(
      async () => {
        const text = textOf(await screenOf(stayed));
        return typeof shows === "string"
          ? text.includes(shows)
          : shows.test(text);
      },
      { withinMs: 20_000, seen: () => stayed.text.slice(-500) },
    );
    await reattach(runner, id, stayed);
  }
  stayed.resize({ cols: 70, rows: 20 });
  await until(() => stayed.size?.cols === 70);
  await reattach(runner, id, stayed);
}

function tempFile(name: string, text: string): { path: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), "hypivisor-screens-"));
  const path = join(dir, name);
  writeFileSync(path, text);
  return {
    path,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

test("vim's screen after a reattach is the one that never left", async () => {
  using file = tempFile("wide.txt", WIDE);
  await check(["vim", "-u", "NONE", "-N", file.path], [
    { keys: "", shows: "0 größe" },
    { keys: ":set number ruler hlsearch\r/界面\r", shows: /^\s+1 0 größe/m },
    { keys: "Goadded line\x1b", shows: "added line" },
    { keys: ":split\r\x17jgg", shows: /0 größe[\s\S]*wide\.txt/ },
    { keys: ":only\r:set list\r", shows: /\$$/m },
  ]);
}, 60_000);

test("less on wide text looks the same after a reattach", async () => {
  using file = tempFile("wide.txt", WIDE);
  await check(["less", "-R", file.path], [
    { keys: "", shows: "0 größe" },
    { keys: " ", shows: "30 größe" },
    { keys: "/399\r", shows: "399 größe" },
    { keys: "-S\r\x1b[C", shows: /./ },
  ]);
}, 60_000);

test("htop looks the same after a reattach, while it draws on", async () => {
  await check(["htop", "-d", "3"], [
    { keys: "", shows: /PID/ },
    { keys: "t", shows: /PID/ },
  ]);
}, 60_000);

test("tmux looks the same after a reattach", async () => {
  const command = ["tmux", "-f", "/dev/null", "new", "bash"];
  await check([...command, "--norc", "--noprofile"], [
    // What is typed before it has begun, it forgets.
    { keys: "", shows: /\[\d+\] 0:/ },
    { keys: "PS1='p> '\rclear\recho größe 界面 👍\r", shows: "größe 界面" },
    { keys: "\x02%", shows: "│" },
    { keys: '\x02"seq 100\r', shows: "100" },
    { keys: "\x02[\x1b[5~", shows: /\[\d+\/\d+\]/ },
  ]);
}, 60_000);

test("pi's fullscreen TUI looks the same after a reattach", async () => {
  await using home = await PiHome.make();
  const { command } = home.pi;
  const env = home.environment();
  await check([...command], [
    { keys: "", shows: /pi/i },
    { keys: "hello 界面", shows: "hello 界面" },
    { keys: "\r", shows: /hello 界面[\s\S]*\S/ },
  ], env);
}, 90_000);
