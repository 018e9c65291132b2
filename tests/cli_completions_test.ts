/** Completions in the shells themselves. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliEnv, OnPty, runCli } from "./harness/cli.ts";

/** A folder with the completions, and a "hypivisor" that knows two IDs. */
async function withShell(
  shell: string,
  run: (folder: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "completions-test-"));
  try {
    const { code, stdout } = await runCli(["completions", shell]);
    assertEquals(code, 0);
    await Bun.write(join(folder, "completions"), stdout);
    await Bun.write(
      join(folder, "hypivisor"),
      "#!/bin/sh\nprintf '0a11-x\\tshop: till\\n0b22-y\\tdocs\\n'\n",
    );
    chmodSync(join(folder, "hypivisor"), 0o755);
    const env = cliEnv({
      env: { HOME: folder, PATH: `${folder}:${process.env.PATH}` },
    });
    await run(folder, env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function output(
  command: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string[]> {
  const child = Bun.spawn(command, {
    cwd,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 20_000,
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assertEquals(stderr, "", command.join(" "));
  return stdout.split("\n").filter(Boolean);
}

/** Words typed, and what is offered for the last of them. */
const CASES: readonly (readonly [line: string, offered: readonly string[]])[] =
  [
    ["sp", ["spawn"]],
    ["st", ["stop", "status", "start"]],
    ["export cod", ["codex"]],
    ["ls --j", ["--json"]],
    ["spawn --thinking m", ["minimal", "medium", "max"]],
    ["attach 0a", ["0a11-x"]],
    ["tail --lines 3 0b", ["0b22-y"]],
    ["completions f", ["fish"]],
    ["help doc", ["doctor"]],
    ["serve --no-s", ["--no-store"]],
    ["spawn inn", ["inner/"]],
  ];

test("bash completes commands, options, values, IDs and folders", async () => {
  await withShell("bash", async (cwd, env) => {
    await Bun.write(join(cwd, "inner/file"), "");
    assertEquals(await output(["bash", "-n", "completions"], cwd, env), []);
    for (const [line, offered] of CASES) {
      const words = ["hypivisor", ...line.split(" ")];
      const script = `source ./completions
COMP_WORDS=(${words.join(" ")}) COMP_CWORD=${words.length - 1}
_hypivisor
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const found = await output(["bash", "-c", script], cwd, env);
      // bash itself puts the slash behind a folder.
      assertEquals(found, offered.map((word) => word.replace("/", "")), line);
    }
  });
});

const fish = Bun.which("fish");

test.skipIf(!fish)(
  `fish completes the same${fish ? "" : " (skipped: fish is not installed)"}`,
  async () => {
    await withShell("fish", async (cwd, env) => {
      await Bun.write(join(cwd, "inner/file"), "");
      for (const [line, offered] of CASES) {
        const script = `source ./completions; complete -C "hypivisor ${line}"`;
        const found = await output(
          ["fish", "--no-config", "-c", script],
          cwd,
          env,
        );
        const words = found.map((row) => row.split("\t")[0] ?? "");
        assertEquals(words.toSorted(), offered.toSorted(), line);
      }
    });
  },
);

const zsh = Bun.which("zsh");

test.skipIf(!zsh)(
  `zsh completes the same${zsh ? "" : " (skipped: zsh is not installed)"}`,
  async () => {
    await withShell("zsh", async (cwd, env) => {
      await Bun.write(join(cwd, "inner/file"), "");
      assertEquals(await output(["zsh", "-n", "completions"], cwd, env), []);
      await using shell = new OnPty(["zsh", "-f"], { env, cwd, rows: 40 });
      shell.type("PS1='ready%% ' && autoload -U compinit && compinit -u -D\r");
      await shell.sees(/^ready% /);
      shell.type("source ./completions && echo so''urced\r");
      await shell.sees(/^sourced/);
      for (const [line, offered] of CASES) {
        const [only = "", ...others] = offered;
        if (others.length > 0) continue;
        const whole = [...line.split(" ").slice(0, -1), only].join(" ");
        shell.type(`hypivisor ${line}\t`);
        await shell.sees(new RegExp(`^ready% hypivisor ${whole}\\s*$`));
        shell.type("\x15"); // Ctrl-U: the line is thrown away.
      }
      assert(shell.exitCode === null);
    });
  },
);
