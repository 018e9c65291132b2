/**
 * Runs measurements and prints one table of what they came to.
 *
 * Each measurement is a file of `measure/` that knows what it measures and
 * what is wanted; here is only their list, their order and the table. The exit
 * code is 1 if a figure falls short. Run by `scripts/bench`.
 */

import { agentHarm } from "./measure/agent_harm.ts";
import { fanOut } from "./measure/fan_out.ts";
import type { Figure, Measurement } from "./measure/figure.ts";
import { fleet } from "./measure/fleet.ts";
import { lookAtMachine, whenQuiet } from "./measure/machine.ts";
import { page } from "./measure/page.ts";
import { servicesCrash } from "./measure/services_crash.ts";
import { servicesLog } from "./measure/services_log.ts";
import { servicesMemory } from "./measure/services_memory.ts";
import { servicesStart } from "./measure/services_start.ts";
import { start } from "./measure/start.ts";
import { terminalBulk } from "./measure/terminal_bulk.ts";
import { terminalCrowd } from "./measure/terminal_crowd.ts";
import { terminalKeys } from "./measure/terminal_keys.ts";
import { terminalStalled } from "./measure/terminal_stalled.ts";
import { uplinkCost } from "./measure/uplink_cost.ts";
import { viewerStalled } from "./measure/viewer_stalled.ts";
import { say } from "./say.ts";

const MEASUREMENTS: readonly Measurement[] = [
  start,
  fleet,
  fanOut,
  viewerStalled,
  uplinkCost,
  agentHarm,
  page,
  terminalBulk,
  terminalKeys,
  terminalCrowd,
  terminalStalled,
  servicesCrash,
  servicesLog,
  servicesStart,
  servicesMemory,
];

/** Each waits for a quiet machine; after so many the figure stands. */
const ATTEMPTS = 3;

const rows: { name: string; figure: Figure }[] = [];
const chosen = choose(process.argv.slice(2));
if (chosen.some(({ needsBinary }) => needsBinary)) await build();
for (const one of chosen) {
  say(`\n== ${one.name}: ${one.about}`);
  const figures = await measure(one);
  for (const figure of figures) rows.push({ name: one.name, figure });
}
process.stdout.write(table());
process.exit(rows.every(({ figure }) => figure.holds !== false) ? 0 : 1);

/** Measures again if it fell short and others were at work meanwhile. */
async function measure(one: Measurement): Promise<readonly Figure[]> {
  for (let attempt = 1;; attempt++) {
    say(`before, ${(await whenQuiet()).line}`);
    const figures = await runOnce(one);
    const after = await lookAtMachine();
    say(`after,  ${after.line}`);
    const fellShort = figures.some(({ holds }) => holds === false);
    if (!fellShort || after.isQuiet || attempt === ATTEMPTS) return figures;
    say("It fell short on a busy machine: once more");
  }
}

async function runOnce({ run }: Measurement): Promise<readonly Figure[]> {
  try {
    return await run();
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.stack ?? "" : String(thrown));
    return [{ what: "run", value: "failed", wanted: "figures", holds: false }];
  }
}

/** Reads the arguments; a name that is none ends the run at once. */
function choose(names: readonly string[]): readonly Measurement[] {
  if (names.includes("--list")) {
    for (const { name, about } of MEASUREMENTS) say(`${name}: ${about}`);
    process.exit(0);
  }
  if (names.length === 0) return MEASUREMENTS;
  return names.flatMap((name) => {
    // "terminal" stands for all that begin with "terminal-".
    const found = MEASUREMENTS.filter((one) =>
      one.name === name || one.name.startsWith(`${name}-`)
    );
    if (found.length > 0) return found;
    say(
      `Cannot measure "${name}": must be one of ${
        MEASUREMENTS.map((one) => one.name).join(", ")
      }`,
    );
    process.exit(2);
  });
}

/** What is shipped is what is measured, unless another build is named. */
async function build(): Promise<void> {
  if (process.env.HYPIVISOR_BIN) return;
  const child = Bun.spawn(["sh", "scripts/build", "--if-stale"], {
    stdout: 2,
    stderr: 2,
  });
  if (await child.exited === 0) return;
  say("Cannot measure: the build failed");
  process.exit(2);
}

function table(): string {
  const cells = rows.map(({ name, figure: { what, value, wanted, holds } }) => [
    `${name} ${what}`,
    value,
    wanted ?? "-",
    holds === undefined ? "-" : holds ? "holds" : "FALLS SHORT",
  ]);
  const lines = [["name", "figure", "wanted", "verdict"], ...cells];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length))
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
      .trimEnd()
  ).join("\n") + "\n";
}
