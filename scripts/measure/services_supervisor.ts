/** A supervisor as the measurements of services see it, ours or another. */

import { cpuMs } from "./machine.ts";

export interface Supervisor extends AsyncDisposable {
  readonly name: string;
  /** The process that has the services. */
  readonly keeper: number;
  /** Its own processes, without those that it runs. */
  readonly pids: readonly number[];
  /** Writes down what is to be run from the next `apply` on, and nothing else. */
  configure(services: readonly string[]): void;
  /** The command that a person gives then. Resolves when it has ended. */
  apply(): Promise<void>;
  /** The command that lists services. Resolves when it has ended. */
  list(): Promise<void>;
  /** The file that a service's stdout goes to; older ones are `….1` and on. */
  logFile(service: string): string;
}

/** Bounds of rotation that keep all that a measurement prints. */
export const LOG = { maxBytes: 10 * 1_048_576, keep: 20 } as const;

/** Processor time of all its processes, in ms. */
export function cpuOf({ pids }: Supervisor): number {
  return pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
}

/** Runs a command to its end. @throws {Error} with what it said. */
export async function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (await child.exited === 0) return;
  throw new Error(`${command.join(" ")} failed:\n${stdout}${stderr}`);
}
