/** pm2, with a home of its own. Its daemon is started by its first command. */

import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Programs } from "./services_program.ts";
import { run, type Supervisor } from "./services_supervisor.ts";

const PM2 = resolve(
  import.meta.dir,
  "../../.tools/peers/node_modules/.bin/pm2",
);

export async function startPm2(
  folder: string,
  programs: Programs,
): Promise<Supervisor> {
  const env = {
    HOME: folder,
    PM2_HOME: folder,
    // It would ask its maker over the network.
    PM2_DISABLE_VERSION_CHECK: "1",
  };
  const command = (...args: string[]) => run([PM2, ...args], env);
  await command("ping");
  const file = join(folder, "services.json");
  const logFile = (name: string) => join(folder, `${name}.log`);
  let present: readonly string[] = [];
  const pid = Number(readFileSync(join(folder, "pm2.pid"), "utf8"));
  return {
    name: "pm2",
    keeper: pid,
    pids: [pid],
    configure(names) {
      const apps = names.map((name) => {
        const [script, ...args] = programs.command(name);
        return {
          name,
          script,
          args,
          interpreter: "none",
          exec_mode: "fork",
          out_file: logFile(name),
          // It restarts at once, but by default only so often.
          max_restarts: 1_000_000,
        };
      });
      writeFileSync(file, JSON.stringify({ apps }));
      present = names;
    },
    apply: () =>
      present.length > 0 ? command("start", file) : command("delete", "all"),
    list: () => command("list"),
    logFile,
    [Symbol.asyncDispose]: () => command("kill"),
  };
}
