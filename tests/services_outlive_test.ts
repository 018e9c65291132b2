/** Services and the daemon's own life: killed, stopped in order, started again. */

import {
  Client,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cliCommand, cliEnv } from "./harness/cli.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { isAlive } from "./harness/processes.ts";
import { pidOf, ServiceHost, sleeper } from "./harness/service_host.ts";
import { until } from "./harness/until.ts";

const EVERYTHING = resolve(
  import.meta.dir,
  "../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

test(
  "services go on when the daemon is killed, and the next one has them",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    const before = await host.becomes("alpha", "running");

    await host.daemon.kill();
    assert(isAlive(pidOf(before)));
    await host.daemon.start();

    // Also to whoever asks first.
    assertEquals((await host.list()).map(pidOf), [pidOf(before)]);
    const after = await host.becomes("alpha", "running");
    assertEquals(pidOf(after), pidOf(before));
    assertEquals(after.starts, 1);
  },
  60_000,
);

test(
  "an orderly stop ends services but those that are kept, and the next start brings back what should run",
  async () => {
    await using host = await ServiceHost.start({
      alpha: sleeper(),
      down: sleeper(),
      kept: sleeper('on-daemon-exit "keep"\n'),
    });
    const alpha = pidOf(await host.becomes("alpha", "running"));
    const kept = pidOf(await host.becomes("kept", "running"));
    assertEquals((await host.run("stop", "down")).code, 0);

    const sockets = ["hypivisor.sock", "xy.sock"]
      .map((name) => join(host.dataDir, name));
    assertEquals(sockets.map(modeOf), [0o600, 0o600]);
    assertEquals(await host.daemon.stop(), 0);
    assertEquals(sockets.filter(existsSync), []); // B44
    assert(!isAlive(alpha));
    assert(isAlive(kept));
    await host.daemon.start();

    const again = pidOf(await host.becomes("alpha", "running"));
    assert(again !== alpha);
    assertEquals(pidOf(await host.becomes("kept", "running")), kept);
    await host.becomes("down", "stopped");
  },
  60_000,
);

test(
  "after a reboot what should run runs: nothing was left, and all is started",
  async () => {
    await using host = await ServiceHost.start({
      alpha: sleeper(),
      down: sleeper(),
    });
    const before = pidOf(await host.becomes("alpha", "running"));
    await host.run("stop", "down");
    const { runner } = await (await host.daemon.fetch("/api/daemon"))
      .json() as {
        runner: { pid: number };
      };

    await host.daemon.kill();
    process.kill(runner.pid, "SIGKILL");
    await until(() => !isAlive(runner.pid));
    await host.daemon.start();

    const after = await host.becomes("alpha", "running");
    assert(pidOf(after) !== before);
    assert(!isAlive(before));
    await host.becomes("down", "stopped");
  },
  60_000,
);

test(
  "7: two daemons at once run each service once, and a killed one blocks no start (9.6, B40, B41)",
  async () => {
    await using host = await ServiceHost.start({
      alpha: `command "sh" "-c" "echo $$ >> $HOME/pids; exec sleep 1000"\n`,
    });
    const pids = () =>
      existsSync(join(host.dir, "pids"))
        ? readFileSync(join(host.dir, "pids"), "utf8").trim().split("\n")
        : [];
    await host.becomes("alpha", "running");
    await host.daemon.kill(); // Its lock and its sockets are left behind.

    const { dataDir, env } = host;
    const daemons = await Promise.all(
      [1, 2].map(() => Hypivisor.start({ dataDir, env })),
    );
    await using _one = daemons[0];
    await using _two = daemons[1];
    const answers = await Promise.all(
      daemons.map((daemon) => daemon.fetch("/api/services")),
    );
    assertEquals(answers.map(({ status }) => status).sort(), [200, 409]);
    const own = answers.find(({ status }) => status === 200);
    const { services } = await own?.json() as { services: unknown[] };
    assertEquals(services.length, 1);
    const other = daemons[answers.findIndex(({ status }) => status === 409)];
    const refused = await other?.fetch("/api/services/reload", {
      method: "POST",
    });
    assertEquals(refused?.status, 409);
    const facts = await (await other?.fetch("/api/daemon"))?.json() as {
      capabilities: string[];
    };
    assert(!facts.capabilities.includes("services"));
    assertEquals(pids().length, 1);
  },
  60_000,
);

test(
  "a runner that is killed is replaced, and its services with it",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    const before = pidOf(await host.becomes("alpha", "running"));
    const { runner } = await (await host.daemon.fetch("/api/daemon"))
      .json() as {
        runner: { pid: number };
      };

    process.kill(runner.pid, "SIGKILL");

    await until(
      async () => {
        const [alpha] = await host.list();
        return alpha && pidOf(alpha) !== 0 && pidOf(alpha) !== before;
      },
      { withinMs: 20_000, seen: () => host.daemon.stderr },
    );
    assert(!isAlive(before));
  },
  60_000,
);

test(
  "the official client calls a tool of a service on stdio, through the daemon and by the command line",
  async () => {
    await using host = await ServiceHost.start({
      every: `command "${process.execPath}" "${EVERYTHING}" "stdio"
transport "stdio"
`,
    });
    await host.becomes("every", "running");
    const [program = "", ...own] = cliCommand();
    const ways = [
      () =>
        new StreamableHTTPClientTransport(
          new URL(`${host.daemon.origin}/mcp/every`),
          {
            requestInit: {
              headers: { Authorization: `Bearer ${host.daemon.token}` },
            },
          },
        ),
      () =>
        new StdioClientTransport({
          command: program,
          args: [...own, "mcp", "connect", "every", "--data-dir", host.dataDir],
          env: cliEnv(host),
        }),
    ];
    for (const way of ways) {
      const client = new Client({ name: "test", version: "1" });
      await client.connect(way() as Parameters<typeof client.connect>[0]);
      const { content } = await client.callTool({
        name: "echo",
        arguments: { message: "Grüße" },
      });
      assertEquals(content, [{ type: "text", text: "Echo: Grüße" }]);
      await client.close();
    }
    const stranger = await fetch(`${host.daemon.origin}/mcp/every`, {
      method: "POST",
    });
    assertEquals(stranger.status, 401);
    const tools = await host.run("tools", "every");
    assert(/^echo +Echoes/m.test(tools.stdout), tools.stderr);

    const metrics = await (await host.daemon.fetch("/metrics")).text();
    assert(
      metrics.includes('hypivisor_services{state="running"} 1\n'),
      metrics,
    );
    assert(metrics.includes('hypivisor_service_restarts{service="every"} 0\n'));
  },
  90_000,
);
