/** supervisord, in the foreground with a configuration of its own. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../tests/harness/until.ts";
import type { Programs } from "./services_program.ts";
import { LOG, run, type Supervisor } from "./services_supervisor.ts";

const CONFIG = `[supervisord]
[unix_http_server]
file=%(here)s/supervisor.sock
[supervisorctl]
serverurl=unix://%(here)s/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[include]
files=services.conf
`;

export async function startSupervisord(
  folder: string,
  programs: Programs,
): Promise<Supervisor> {
  const config = join(folder, "supervisord.conf");
  const services = join(folder, "services.conf");
  const logs = join(folder, "logs");
  mkdirSync(logs);
  writeFileSync(config, CONFIG);
  writeFileSync(services, "");
  const child = Bun.spawn(
    [
      "supervisord",
      "--nodaemon",
      "--silent",
      `--configuration=${config}`,
      `--logfile=${join(folder, "supervisord.log")}`,
      `--pidfile=${join(folder, "supervisord.pid")}`,
      `--childlogdir=${logs}`,
    ],
    { cwd: folder, stdin: "ignore", stdout: 2, stderr: 2 },
  );
  const command = (...args: string[]) =>
    run(["supervisorctl", `--configuration=${config}`, ...args], {});
  await until(async () => {
    if (child.exitCode !== null) throw new Error("supervisord has ended");
    return await command("pid").then(() => true, () => false);
  });
  let present: readonly string[] = [];
  return {
    name: "supervisord",
    keeper: child.pid,
    pids: [child.pid],
    configure(names) {
      present = names;
      const sections = names.map((name) => programSection(name, programs));
      writeFileSync(services, sections.join("\n"));
    },
    async apply() {
      // It would stop what is to go one by one, a second each.
      if (present.length === 0) await command("stop", "all");
      await command("update");
    },
    list: () => command("status"),
    logFile: (name) => join(logs, `${name}.log`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

/** Without `startsecs=0` it would wait ever longer after each crash. */
function programSection(name: string, programs: Programs): string {
  return `[program:${name}]
command=${programs.command(name).join(" ")}
autorestart=true
startsecs=0
startretries=1000000
stdout_logfile=%(here)s/logs/${name}.log
stdout_logfile_maxbytes=${LOG.maxBytes}
stdout_logfile_backups=${LOG.keep}
`;
}
