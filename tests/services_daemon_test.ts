import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceRecord } from "../server/protocol/service.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { isAlive } from "./harness/services.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

/** Pids that a service has written, a line each time it was started. */
function pidsOf(name: string, { dataDir }: Hypivisor): number[] {
  try {
    // The shell makes the file a moment before it writes.
    return readFileSync(join(dataDir, `${name}.pids`), "utf8").split("\n")
      .slice(0, -1).map(Number);
  } catch {
    return [];
  }
}

/** A service that writes its pid and stays. */
function write(hypivisor: Hypivisor, name: string, more = ""): void {
  const folder = join(hypivisor.dataDir, "config", "hypivisor", "services");
  mkdirSync(folder, { recursive: true });
  const pids = join(hypivisor.dataDir, `${name}.pids`);
  writeFileSync(
    join(folder, `${name}.kdl`),
    `command "sh" "-c" "echo $$ >> ${pids}; exec sleep 1000"\n${more}`,
  );
}

test(
  "services run with the daemon, outlive its death, and end with its stop",
  async () => {
    await using hypivisor = await Hypivisor.start();
    write(hypivisor, "alpha");
    write(hypivisor, "kept", 'on-daemon-exit "keep"');
    expect(await hypivisor.stop()).toBe(0);
    await hypivisor.start();
    await until(() => pidsOf("alpha", hypivisor).length === 1, {
      seen: () => hypivisor.stderr,
    });
    await until(() => pidsOf("kept", hypivisor).length === 1);
    const [alpha = 0] = pidsOf("alpha", hypivisor);
    const [kept = 0] = pidsOf("kept", hypivisor);

    await hypivisor.kill();
    expect([alpha, kept].map(isAlive)).toEqual([true, true]);
    await hypivisor.start();
    await until(() => /runner_found[^]*services_loaded/.test(hypivisor.stderr));
    expect(pidsOf("alpha", hypivisor)).toEqual([alpha]);

    // The runner is killed: the daemon starts another, and that the services.
    const { pid } =
      /runner_found pid=(?<pid>\d+)/.exec(hypivisor.stderr)?.groups ??
        {};
    process.kill(Number(pid), "SIGKILL");
    await until(() => pidsOf("alpha", hypivisor).length === 2, {
      withinMs: 15_000,
      seen: () => hypivisor.stderr,
    });
    await until(() => pidsOf("kept", hypivisor).length === 2);
    expect(isAlive(alpha)).toBe(false);

    expect(await hypivisor.stop()).toBe(0);
    expect(pidsOf("alpha", hypivisor).filter(isAlive)).toEqual([]);
    const left = pidsOf("kept", hypivisor).filter(isAlive);
    expect(left).toHaveLength(1);

    // The next daemon finds what was kept, and starts what was not.
    await hypivisor.start();
    await until(() => pidsOf("alpha", hypivisor).length === 3);
    expect(pidsOf("kept", hypivisor).filter(isAlive)).toEqual(left);
    await hypivisor.kill();
    const runner = [
      ...hypivisor.stderr.matchAll(/runner_(?:found|started) pid=(\d+)/g),
    ]
      .at(-1)?.[1];
    process.kill(Number(runner), "SIGTERM");
    await until(() => !isAlive(Number(runner)), { withinMs: 10_000 });
    const all = [...pidsOf("alpha", hypivisor), ...pidsOf("kept", hypivisor)];
    expect(all.filter(isAlive)).toEqual([]);
  },
  60_000,
);

test(
  "who asks as soon as the daemon is there is told of every service",
  async () => {
    await using hypivisor = await Hypivisor.start();
    write(hypivisor, "alpha");
    for (let round = 0; round < 5; round++) {
      await hypivisor.stop();
      await hypivisor.start();
      await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
      const { services } = await client.call("list_services");
      expect(services.map(({ name }: ServiceRecord) => String(name))).toEqual([
        "alpha",
      ]);
    }
  },
  60_000,
);
