/**
 * The executable: hands its arguments to a command and exits with its code.
 *
 * The runner, which the daemon calls and people do not, comes first: it stays
 * for long, and shall hold nothing of what the others need.
 */

import { basename } from "node:path";

const [first, ...rest] = process.argv.slice(2);
process.exit(first === "runner" ? await runner() : await command());

async function runner(): Promise<number> {
  const { runRunner } = await import("./server/cli/runner.ts");
  return await runRunner(rest);
}

async function command(): Promise<number> {
  const { run } = await import("./server/cli/run.ts");
  return await run(process.argv.slice(2), basename(process.argv0));
}
