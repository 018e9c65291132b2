/** Ends the runner that a daemon left behind, and all that it has. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./processes.ts";
import { RunnerClient } from "./runner_client.ts";
import { until } from "./until.ts";

/** Resolves when its process is gone; at once if there is none. */
export async function endRunner(dataDir: string): Promise<void> {
  const path = join(dataDir, "runner.sock");
  if (!existsSync(path)) return;
  let client: RunnerClient;
  try {
    client = await RunnerClient.connect(path);
  } catch {
    return; // It was killed: nobody listens.
  }
  const { pid = 0 } = await client.hello.promise;
  // Its answer may not arrive: it is ending.
  client.call("shutdown", {}).catch(() => {});
  await until(() => !isAlive(pid), { withinMs: 20_000, seen: () => pid });
}
