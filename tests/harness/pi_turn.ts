/**
 * How long a turn of pi takes, measured inside the process that runs it: the
 * yardstick for "an agent is never slowed".
 */

import type { RunningPi } from "./pi_process.ts";
import { until } from "./until.ts";

/** A turn with thought, a tool and an answer of some length. */
const TURN = "#think some thoughts\n#bash echo tool\n#long 300";

/**
 * Runs one turn in an rpc-mode pi, and resolves to its milliseconds.
 *
 * Counts what pi writes on stdout, so that it works with no hypivisor at all.
 */
export async function measureTurn(
  pi: RunningPi,
  prompt: string = TURN,
): Promise<number> {
  const settled = () =>
    pi.lines.filter((line) => line.includes('"agent_settled"')).length;
  const before = settled();
  const started = Bun.nanoseconds();
  pi.send({ id: crypto.randomUUID(), type: "prompt", message: prompt });
  await until(() => settled() > before, {
    withinMs: 30_000,
    seen: () => pi.lines.slice(-3),
  });
  return (Bun.nanoseconds() - started) / 1e6;
}
