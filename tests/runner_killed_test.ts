/** The runner is killed: nobody is left behind, and the daemon goes on. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeState } from "../server/protocol/node.ts";
import { PiHome } from "./harness/pi.ts";
import { isAlive, sweepAfter, withEnvironment } from "./harness/processes.ts";
import { nodeState, startWithPi } from "./harness/spawning.ts";
import { TerminalHost } from "./harness/terminal_host.ts";
import { until } from "./harness/until.ts";

const LONG = 90_000;

/** Ignores what asks it to end, and hides in sessions of its own. */
const HIDER = `trap '' HUP TERM
setsid sh -c 'trap "" HUP TERM; (setsid sleep 1001 &); sleep 1002' &
(setsid nohup sleep 1003 >/dev/null 2>&1 &)
sleep 1004`;
/** sh, setsid's sh, and four times sleep. */
const HIDERS = 6;

test(
  "of a killed runner's shells and agents nothing is left, and the daemon works on",
  async () => {
    await using home = await PiHome.make();
    await using host = await TerminalHost.start(await startWithPi(home));
    const mark = `TEST_MARK=${crypto.randomUUID()}`;
    using _sweep = sweepAfter(mark);
    const shell = await host.open(["env", mark, "sh"]);
    const hider = await host.open(["env", mark, "sh", "-c", HIDER]);
    await until(() => withEnvironment(mark).length === HIDERS + 1, {
      seen: () => withEnvironment(mark),
    });
    const agent = await host.client.call("spawn_agent", { path: home.work });
    await stateOf(host, agent.node, "idle");
    const agentMark = `HYPIVISOR_TERMINAL=${agent.terminal}`;
    assert(withEnvironment(agentMark).length > 0);

    const killed = await host.killRunner();
    await stateOf(host, agent.node, "offline");
    await until(async () => {
      const left = (await host.list()).filter(({ state }) =>
        state.kind === "running"
      );
      return left.length === 0;
    }, { withinMs: 10_000, seen: () => host.hypivisor.stderr });
    assert(/runner_lost/.test(host.hypivisor.stderr), host.hypivisor.stderr);

    const next = await host.open(["sh"]);
    const runner = await host.runner();
    assert(runner !== undefined && runner !== killed);
    await until(
      () =>
        withEnvironment(mark).length + withEnvironment(agentMark).length === 0,
      { seen: () => [withEnvironment(mark), withEnvironment(agentMark)] },
    );
    await using viewer = await host.view(next.id);
    let said = "";
    viewer.onBytes = (bytes) => void (said += Buffer.from(bytes).toString());
    viewer.type("echo $((6*7))\r");
    await until(() => said.includes("42"), { seen: () => said });
    // They are shown as ended until a person closes them.
    for (const { id } of [shell, hider]) {
      const lost = await host.find(id);
      assertEquals(lost?.state.kind, "exited");
      await host.close(id);
      assertEquals(await host.find(id), undefined);
    }
  },
  LONG,
);

test(
  "what is on record of another boot ends nobody, and is forgotten",
  async () => {
    await using host = await TerminalHost.start();
    const { dataDir } = host.hypivisor;
    await using bystander = Bun.spawn(["sleep", "1005"]);
    const stat = readFileSync(`/proc/${bystander.pid}/stat`, "utf8");
    const file = join(dataDir, "children.jsonl");
    const record = {
      terminal: crypto.randomUUID(),
      bootId: crypto.randomUUID(),
      pid: bystander.pid,
      // Field 22 of proc(5); the name is "(sleep)".
      startedAt: stat.split(" ")[21],
    };
    writeFileSync(file, JSON.stringify({ child: 1, record }));

    await host.open(["true"]);
    assert(!readFileSync(file, "utf8").includes(record.bootId));
    assert(isAlive(bystander.pid));
  },
);

function stateOf(
  { hypivisor }: TerminalHost,
  node: string,
  kind: string,
): Promise<NodeState> {
  let last: NodeState | undefined;
  return until(async () => {
    last = await nodeState(hypivisor, node);
    return last?.kind === kind && last;
  }, { withinMs: 20_000, seen: () => last });
}
