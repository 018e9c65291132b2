/** A daemon with terminals, and `attach` on ptys, for tests. */

import { assertEquals } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliCommand, OnPty, type PtyOptions, runCli } from "./cli.ts";
import { Hypivisor } from "./hypivisor.ts";

export interface Scene {
  readonly hypivisor: Hypivisor;
  /** For files of the test. */
  readonly folder: string;
  /** Opens a terminal with a command on it. Resolves to its ID. */
  open(...command: string[]): Promise<string>;
  attach(id: string, args?: readonly string[], options?: PtyOptions): OnPty;
}

/** A daemon, and at the end nothing of what it started. */
export async function play(
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
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

export const SHELL = ["bash", "--norc", "--noprofile"];

export const PROMPT = /[$#] $/;

/** The ways back, as `stty` sees them. */
export function modes(text: string): string[] {
  return [...text.matchAll(/^BEGIN\r?\n([^]*?)^END/gm)]
    .map(([, all = ""]) => all.replaceAll("\r", ""));
}

/** A shell script on a pty that shows what a command leaves behind. */
export function around(args: readonly string[], dataDir: string): OnPty {
  const stty = "echo BEGIN; stty -a; echo END";
  const line = [...cliCommand(), ...args, "--data-dir", dataDir]
    .map((word) => `'${word}'`).join(" ");
  return new OnPty(["sh", "-c", `${stty}; ${line}; echo "code=$?"; ${stty}`], {
    dataDir,
  });
}
