/**
 * Yardsticks for terminals: a bare pty that one process reads and nobody looks
 * at, in C and in Bun. Nothing that carries bytes further can be faster.
 *
 * Knows `raw_pty.c` and `raw_pty.ts`, how the one is compiled and both are run.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../say.ts";

export interface BulkRun {
  readonly bytes: number;
  readonly ms: number;
  /** Processor time of the reader, without the program that prints. */
  readonly cpuMs: number;
}

/** One bare pty. */
export interface Yardstick {
  readonly name: "C" | "Bun";
  /** @param bytes As many as `command` prints after a line is typed. */
  read(command: readonly string[], bytes: number): Promise<BulkRun>;
  /** @returns us from each key to its echo. */
  echo(command: readonly string[], keys: number): Promise<readonly number[]>;
}

/** All that can be had here; says so if there is no compiler. */
export async function makeYardsticks(): Promise<
  { yardsticks: readonly Yardstick[] } & Disposable
> {
  const folder = mkdtempSync(join(tmpdir(), "hypivisor-bench-"));
  const inC = await compile(join(folder, "raw_pty"));
  if (!inC) say("No C compiler: the rows of a bare pty in C are left out");
  return {
    yardsticks: [
      ...inC ? [yardstick("C", [inC])] : [],
      yardstick("Bun", [
        process.execPath,
        join(import.meta.dir, "raw_pty.ts"),
      ]),
    ],
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

async function compile(program: string): Promise<string | undefined> {
  if (!Bun.which("cc")) return undefined;
  const source = join(import.meta.dir, "raw_pty.c");
  const child = Bun.spawn(["cc", "-O2", "-o", program, source, "-lutil"], {
    stdout: 2,
    stderr: 2,
  });
  return await child.exited === 0 ? program : undefined;
}

function yardstick(
  name: Yardstick["name"],
  start: readonly string[],
): Yardstick {
  return {
    name,
    async read(command, bytes) {
      return await run([...start, "read", String(bytes), ...command]);
    },
    async echo(command, keys) {
      const found = await run<{ us: number[] }>(
        [...start, "echo", String(keys), ...command],
      );
      return found.us;
    },
  };
}

async function run<Found>(command: readonly string[]): Promise<Found> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: 2 });
  const said = await new Response(child.stdout).text();
  if (await child.exited !== 0) throw new Error("The bare pty failed");
  return JSON.parse(said) as Found;
}
