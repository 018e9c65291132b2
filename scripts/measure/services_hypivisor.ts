/** Ours: the daemon, and the runner behind it which has the services. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DaemonFacts } from "../../server/protocol/rpc.ts";
import { endRunner } from "../../tests/harness/runner_end.ts";
import type { Programs } from "./services_program.ts";
import { LOG, run, type Supervisor } from "./services_supervisor.ts";
import { BINARY, startTested } from "./tested.ts";

/** At once and for ever, as its peers do by default or are told to. */
const RESTART = `restart {
  policy "always"
  backoff-initial "0ms"
  max-retries-per-minute 1000000
}`;

export async function startHypivisor(
  folder: string,
  programs: Programs,
): Promise<Supervisor> {
  const dataDir = join(folder, "data");
  const services = join(folder, "hypivisor", "services");
  mkdirSync(services, { recursive: true });
  mkdirSync(dataDir);
  const env = { HOME: folder, XDG_CONFIG_HOME: folder };
  await using opened = new AsyncDisposableStack();
  // It would outlive the daemon, which is what it is for.
  opened.defer(() => endRunner(dataDir));
  const daemon = opened.use(await startTested({ dataDir, env }, "any"));
  const command = (name: string) =>
    run([BINARY, name, "--data-dir", dataDir], env);
  // The runner is started when it is first needed.
  await command("reload");
  const response = await daemon.fetch("/api/daemon");
  const { runner } = await response.json() as DaemonFacts;
  if (!runner) throw new Error("There is no runner");
  let present: readonly string[] = [];
  const file = (name: string) => join(services, `${name}.kdl`);
  const kept = opened.move();
  return {
    name: "hypivisor",
    keeper: runner.pid,
    pids: [daemon.pid, runner.pid],
    configure(names) {
      for (const name of present) rmSync(file(name));
      for (const name of names) {
        const [program, ...args] = programs.command(name);
        const text = `command ${JSON.stringify(program)}
args ${args.map((word) => JSON.stringify(word)).join(" ")}
${RESTART}
log { max-size "${LOG.maxBytes}B"; keep ${LOG.keep} }
`;
        writeFileSync(file(name), text);
      }
      present = names;
    },
    apply: () => command("reload"),
    list: () => command("list"),
    logFile: (name) => join(dataDir, "logs", "services", `${name}.log`),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
