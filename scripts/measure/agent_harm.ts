/**
 * Whether an agent is slower with pi-socket than without: turns of two real pi
 * in alternation, one with and one without, while the hypivisor is well, dead,
 * stopped, or does what it should not.
 */

import type { Hypivisor } from "../../tests/harness/hypivisor.ts";
import { PiHome, type PiOptions } from "../../tests/harness/pi.ts";
import type { RunningPi } from "../../tests/harness/pi_process.ts";
import { until } from "../../tests/harness/until.ts";
import { TestViewer } from "../../tests/harness/viewer.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { CORE, pin } from "./machine.ts";
import { type Manner, serveBadly } from "./misbehaving.ts";
import { startTested } from "./tested.ts";

const TURNS = 15;
const HANGS_MS = 30_000;
const MAX_RATIO = 1.05;
/** About 700 tokens/s, several times what a model says: the harder case. */
const TURN = "#think some thoughts\n#bash echo tool\n#long 600";

export const agentHarm: Measurement = {
  name: "agent-harm",
  about: "turns of pi with and without pi-socket",
  needsBinary: true,
  async run() {
    await using home = await PiHome.make();
    return [
      ...await compare("noise: both without", home, { args: ["-ne"] }),
      ...await besideDaemon("well, one viewer", home, () => {}),
      ...await besideDaemon("stopped", home, (daemon) => {
        daemon.signal("SIGSTOP");
      }),
      ...await besideDaemon("killed", home, (daemon) => daemon.kill()),
      ...await besideBadOne("refuses", home),
      ...await besideBadOne("reads nothing", home),
      ...await besideBadOne("sends garbage", home),
    ];
  },
};

/** @param harm What is done to the daemon once the agent streams to it. */
async function besideDaemon(
  what: string,
  home: PiHome,
  harm: (daemon: Hypivisor) => unknown,
): Promise<Figure[]> {
  await using hypivisor = await startTested();
  // With the load: it is not the daemon that is under test here.
  await pin(hypivisor.pid, CORE.load);
  const options = {
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN: hypivisor.token },
  };
  let viewer: TestViewer | undefined;
  const figures = await compare(`daemon ${what}`, home, options, async () => {
    viewer = await TestViewer.open(hypivisor, await idOf(hypivisor));
    await harm(hypivisor);
  });
  hypivisor.signal("SIGCONT");
  await viewer?.[Symbol.asyncDispose]();
  return figures;
}

async function besideBadOne(manner: Manner, home: PiHome): Promise<Figure[]> {
  using bad = serveBadly(manner);
  const options = { hypivisor: bad.url };
  return await compare(`daemon ${manner}`, home, options, async () => {
    await until(() => bad.dialled > 0, { withinMs: 20_000 });
  });
}

/**
 * Compares with an agent without any extension. Both are fresh: a turn takes
 * longer the longer the conversation is.
 */
async function compare(
  what: string,
  home: PiHome,
  options: PiOptions,
  prepare: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Figure[]> {
  await using pi = await startPi(home, options);
  await using bare = await startPi(home, { args: ["-ne"] });
  await prepare();
  const withIt: number[] = [];
  const without: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    // Which one is first changes, as what is second may find warmer caches.
    const order = turn % 2 === 0
      ? [[pi, withIt], [bare, without]] as const
      : [[bare, without], [pi, withIt]] as const;
    for (const [agent, times] of order) {
      times.push(await timeTurn(agent));
    }
  }
  const ratio = median(withIt) / median(without);
  return [
    what.startsWith("noise")
      ? told(`${what}, ratio`, ratio, "")
      : atMost(`${what}, ratio`, ratio, MAX_RATIO, ""),
    told(`${what}, turn`, median(withIt), "ms"),
  ];
}

async function startPi(
  home: PiHome,
  options: PiOptions,
): Promise<RunningPi> {
  const pi = home.rpc({
    ...options,
    args: ["--no-session", ...options.args ?? []],
  });
  await pin(pi.pid, CORE.tested);
  // The first turns load and compile what the others use.
  for (let turn = 0; turn < 3; turn++) await timeTurn(pi);
  return pi;
}

/** From the prompt to the word that it has settled, on pi's own stdout, in ms. */
async function timeTurn(pi: RunningPi): Promise<number> {
  let looked = pi.lines.length;
  const startedAt = performance.now();
  pi.send({ id: crypto.randomUUID(), type: "prompt", message: TURN });
  while (true) {
    for (; looked < pi.lines.length; looked++) {
      if (pi.lines[looked]?.includes('"type":"agent_settled"')) {
        return performance.now() - startedAt;
      }
    }
    if (performance.now() - startedAt > HANGS_MS) {
      throw new Error(`A turn took more than ${HANGS_MS} ms`);
    }
    await Bun.sleep(1);
  }
}

function idOf(hypivisor: Hypivisor): Promise<string> {
  return until(async () => {
    const found = await (await hypivisor.fetch("/api/nodes")).json();
    const [node] = found.nodes ?? found;
    return node && String(node.id);
  }, { withinMs: 20_000 });
}
