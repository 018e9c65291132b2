import { expect, test } from "bun:test";
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { pidOf, ServiceHost, sleeper } from "./harness/service_host.ts";
import { isAlive } from "./harness/services.ts";
import { until } from "./harness/until.ts";

/** A second daemon of the same user: the same files, data of its own. */
async function startSecond(host: ServiceHost): Promise<Hypivisor> {
  const dataDir = join(host.dir, "second");
  mkdirSync(dataDir);
  return await Hypivisor.start({ dataDir, env: host.env });
}

test(
  "two daemons with one folder of services run each of them once",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    const alpha = pidOf(await host.becomes("alpha", "running"));
    await using second = await startSecond(host);
    const { dataDir } = second;
    const ask = (...args: string[]) => runCli(args, { dataDir, env: host.env });
    const runner = /runner_started pid=(\d+)/.exec(host.daemon.stderr)?.[1];
    for (const command of ["list", "reload", "start alpha", "logs alpha"]) {
      const { code, stdout, stderr } = await ask(...command.split(" "));
      expect({ command, code, stdout }).toEqual({
        command,
        code: 1,
        stdout: "",
      });
      expect(stderr).toContain(
        `Cannot run the services in "${host.folder}": another hypivisor runs them (process ${runner}). Stop that one and give "hypivisor reload"`,
      );
    }
    expect((await ask("check")).code).toBe(0);
    // What else it tells, it tells as ever.
    expect((await second.fetch("/metrics")).status).toBe(200);
    expect((await host.run("reload")).code).toBe(0);
    expect(pidOf(await host.becomes("alpha", "running"))).toBe(alpha);

    // Killed, it keeps what its runner runs. Stopped, it leaves it to others.
    await host.daemon.kill();
    expect((await ask("reload")).code).toBe(1);
    expect(isAlive(alpha)).toBe(true);
    await host.daemon.start();
    await host.becomes("alpha", "running");
    await host.daemon.stop();
    expect(isAlive(alpha)).toBe(false);
    const { stdout } = await ask("reload");
    expect(stdout).toContain("alpha");
    await until(async () => (await ask("list")).stdout.includes("running"));
    await second.stop();
  },
  60_000,
);

test("a folder in another one's place is locked anew", async () => {
  await using host = await ServiceHost.start({ alpha: sleeper() });
  await host.becomes("alpha", "running");
  renameSync(host.folder, `${host.folder}-old`);
  mkdirSync(host.folder);
  host.write("beta", sleeper());
  expect((await host.run("reload")).code).toBe(0);
  const beta = pidOf(await host.becomes("beta", "running"));
  await using second = await startSecond(host);
  const { dataDir } = second;
  const { stderr } = await runCli(["reload"], { dataDir, env: host.env });
  expect(stderr).toContain("another hypivisor runs them");
  expect(pidOf(await host.becomes("beta", "running"))).toBe(beta);
}, 60_000);
