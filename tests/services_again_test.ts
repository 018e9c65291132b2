/** What is told of several services, and what the next daemon does with them. */

import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { ServiceHost, sleeper } from "./harness/service_host.ts";

test("of several that are started each failure has its service's name", async () => {
  await using host = await ServiceHost.start({
    dies: `command "sh" "-c" "exit 4"\nautostart #false
ready { probe "log" "x"; timeout "2s"; }
restart { policy "never"; }`,
    a: sleeper(
      'autostart #false\nready { probe "log" "x"; timeout "200ms"; }',
    ),
    lost: sleeper('autostart #false\nworking-dir "/no/such/folder"'),
  });
  const { code, stdout, stderr } = await host.run("start", "--all");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/: dies: exited with code 4 before it was ready/);
  expect(stderr).toMatch(/: a: was not ready within 200 ms/);
  expect(stderr).toMatch(/: lost: Cannot start "sleep": the working-dir/);
  await host.run("stop", "--all");
});

test("one with a bad file is no reason why not all are stopped", async () => {
  await using host = await ServiceHost.start({
    alpha: sleeper(),
    broken: "comand 7\n",
  });
  await host.becomes("alpha", "running");
  const one = await host.run("stop", "broken");
  expect(one).toMatchObject({ code: 0, stdout: "not running: broken\n" });
  const { code, stdout } = await host.run("stop", "--all");
  expect(code).toBe(0);
  expect(stdout).toBe("stopped: alpha\nnot running: broken\n");
  expect((await host.run("start", "broken")).code).toBe(3);
});

test("what has failed is tried again by the next daemon", async () => {
  await using host = await ServiceHost.start({
    gone: sleeper(`working-dir "~/later"
restart { backoff-initial "10ms"; max-retries-per-minute 1; }`),
  });
  await host.becomes("gone", "failed");
  mkdirSync(join(host.dir, "later"));
  // Killed and back, it finds its runner as it was.
  await host.daemon.kill();
  await host.daemon.start();
  await host.becomes("gone", "failed");
  expect(await host.daemon.stop()).toBe(0);
  await host.daemon.start();
  await host.becomes("gone", "running");
}, 30_000);

test("a daemon beside another one says whose the services are", async () => {
  await using host = await ServiceHost.start({ alpha: sleeper() });
  await host.becomes("alpha", "running");
  const { dataDir, env } = host;
  await using second = await Hypivisor.start({ dataDir, env });
  const folder = /data_dir_shared .*path=(\S+)/.exec(second.stderr)?.[1] ?? "";
  const { code, stderr } = await runCli(["list"], { dataDir: folder, env });
  expect(code).toBe(1);
  expect(stderr).toContain("another hypivisor with this data directory");
});
