/** What signals to the daemon do to services. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { join } from "node:path";
import { cliCommand, OnPty } from "./harness/cli.ts";
import type { Hypivisor } from "./harness/hypivisor.ts";
import { isAlive } from "./harness/processes.ts";
import { pidOf, ServiceHost, sleeper } from "./harness/service_host.ts";
import { until } from "./harness/until.ts";

test(
  "SIGHUP reads the files again, as systemctl reload expects (B51)",
  async () => {
    await using host = await ServiceHost.start({});
    const { daemon } = host;
    daemon.signal("SIGHUP"); // There is nothing to read yet.
    host.write("alpha", sleeper());
    daemon.signal("SIGHUP");
    const before = await host.becomes("alpha", "running");

    host.write("alpha", "command {");
    daemon.signal("SIGHUP");
    const file = join(host.folder, "alpha.kdl");
    await until(() => daemon.stderr.includes(`place=${file}:1:`), {
      seen: () => daemon.stderr,
    });
    assertEquals(pidOf(await host.becomes("alpha", "running")), pidOf(before));

    host.remove("alpha");
    daemon.signal("SIGHUP");
    await until(async () => (await host.list()).length === 0);
  },
  30_000,
);

test(
  "a terminal that is closed ends the daemon, and nothing that it runs",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    const before = await host.becomes("alpha", "running");
    await host.daemon.kill();
    await using onTerminal = OnPty.cli(["serve", "--port", "0"], host);
    await until(() => onTerminal.output.includes("services_loaded"));

    onTerminal.close();
    await onTerminal.exited;

    assert(isAlive(pidOf(before)));
    await host.daemon.start();
    assertEquals(pidOf(await host.becomes("alpha", "running")), pidOf(before));
  },
  30_000,
);

test(
  "a daemon that was started by nohup outlives its terminal",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    await host.becomes("alpha", "running");
    await host.daemon.kill();
    const command = ["nohup", ...cliCommand(), "serve", "--port", "0"];
    await using onTerminal = new OnPty(
      [...command, "--data-dir", host.dataDir],
      { ...host, cwd: host.dir },
    );
    const isUp = async () => (await host.run("list")).code === 0;
    await until(isUp, { withinMs: 10_000 });

    onTerminal.close();
    await Bun.sleep(500); // Nothing is to happen.

    assert(await isUp());
    process.kill(onTerminal.pid, "SIGTERM");
    await onTerminal.exited;
  },
  30_000,
);

test(
  "a second SIGTERM takes the grace from what is being stopped (B50)",
  async () => {
    await using host = await ServiceHost.start({
      stubborn: `command "sh" "-c" "trap '' TERM; while :; do sleep 0.1; done"
transport "none"
stop { grace "60s" }
`,
    });
    const pid = pidOf(await host.becomes("stubborn", "running"));
    const { daemon } = host;
    const began = performance.now();
    daemon.signal("SIGTERM");
    await until(async () => await isRefused(daemon));
    assert(isAlive(pid));
    daemon.signal("SIGTERM");
    await daemon.exited();
    assert(performance.now() - began < 10_000);
    assert(!isAlive(pid));
  },
  30_000,
);

/** Whether nobody listens any more: services are stopped after that. */
async function isRefused(daemon: Hypivisor): Promise<boolean> {
  return await fetch(daemon.origin).then(() => false, () => true);
}
