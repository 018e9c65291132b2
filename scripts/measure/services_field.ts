/**
 * The supervisors side by side, each in a folder of its own that is gone with
 * them, and the program that they run.
 */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHypivisor } from "./services_hypivisor.ts";
import { startPm2 } from "./services_pm2.ts";
import { Programs } from "./services_program.ts";
import type { Supervisor } from "./services_supervisor.ts";
import { startSupervisord } from "./services_supervisord.ts";

export interface Field extends AsyncDisposable {
  readonly programs: Programs;
  readonly ours: Supervisor;
  readonly pm2: Supervisor;
  readonly supervisord: Supervisor;
  readonly all: readonly Supervisor[];
}

/** Installs what is missing, and starts them all with nothing to run. */
export async function startField(): Promise<Field> {
  await install();
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "hypivisor-bench-"));
  opened.defer(() => rmSync(folder, { recursive: true }));
  // They end before the socket: what is orphaned by then ends with that.
  const programs = opened.use(await Programs.make(folder));
  const start = async (
    name: string,
    how: (folder: string, programs: Programs) => Promise<Supervisor>,
  ) => {
    const own = join(folder, name);
    mkdirSync(own);
    return opened.use(await how(own, programs));
  };
  const ours = await start("hypivisor", startHypivisor);
  const pm2 = await start("pm2", startPm2);
  const supervisord = await start("supervisord", startSupervisord);
  const all = [ours, pm2, supervisord];
  const kept = opened.move();
  return {
    programs,
    ours,
    pm2,
    supervisord,
    all,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function install(): Promise<void> {
  const child = Bun.spawn(["sh", "scripts/setup_peers.sh"], {
    stdout: 2,
    stderr: 2,
  });
  if (await child.exited !== 0) throw new Error("Cannot install the peers");
}
