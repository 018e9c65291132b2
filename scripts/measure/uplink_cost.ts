/**
 * What a streamed answer costs on the uplink of a real pi, counted on the wire,
 * and what a viewer sees of it that joins in the middle.
 *
 * Twice: as fast as pi takes it, when deltas are merged, and slow enough that
 * each of them goes alone, which is the dearest way.
 */

import { connect, createServer } from "node:net";
import { PiHome } from "../../tests/harness/pi.ts";
import { until } from "../../tests/harness/until.ts";
import { TestViewer } from "../../tests/harness/viewer.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  mustBe,
  told,
} from "./figure.ts";
import { startTested } from "./tested.ts";

const DELTA_CHARACTERS = 4;
const TIMES_OWN_BYTES = 3;
const BYTES_PER_DELTA = 64;
/** Longer than pi-socket gathers deltas for. */
const ALONE_MS = 20;

export const uplinkCost: Measurement = {
  name: "uplink-cost",
  about: "bytes on the uplink for a streamed answer of a real pi",
  needsBinary: true,
  async run() {
    return [
      ...await measure("20,000 characters", 20_000, 1),
      ...await measure("2,000 characters, each delta alone", 2_000, ALONE_MS),
    ];
  },
};

async function measure(
  what: string,
  characters: number,
  everyMs: number,
): Promise<Figure[]> {
  const deltas = characters / DELTA_CHARACTERS;
  // Each piece differs, so that one lost or told twice would show.
  const answer = Array.from(
    { length: deltas },
    (_, n) => `${n.toString(36).padStart(DELTA_CHARACTERS - 1, "0")} `,
  ).join("");
  await using hypivisor = await startTested();
  await using home = await PiHome.make();
  await using tap = await openTap(hypivisor.port);
  home.rpc({
    hypivisor: `ws://127.0.0.1:${tap.port}/ws`,
    env: { HYPI_TOKEN: hypivisor.token },
  });
  const id = await until(async () => {
    const found = await (await hypivisor.fetch("/api/nodes")).json();
    const [node] = found.nodes ?? found;
    return node?.state.kind === "idle" && String(node.id);
  }, { withinMs: 20_000 });

  await using early = await TestViewer.open(hypivisor, id);
  // The first turn also says what holds for all: it is not of the answer.
  await turn(early, "first");
  home.llm.enqueue([
    { kind: "slow", ms: everyMs },
    { kind: "say", text: answer },
  ]);
  const before = tap.bytes;
  const ended = turn(early, "second");
  await until(() => textOf(early).length > characters / 2, {
    withinMs: 60_000,
  });
  await using late = await TestViewer.open(hypivisor, id);
  const joinedWith = textOf(late).length;
  let wrong = 0;
  late.socket?.raw.addEventListener("message", () => {
    if (!answer.startsWith(textOf(late))) wrong++;
  });
  await ended;
  await until(() => late.flight === null);
  const isWhole = JSON.stringify(late.items.at(-1)).includes(answer.trim());
  const bytes = tap.bytes - before;
  const frames = early.socket?.frames.filter(({ type }) => type === "delta")
    .length ?? 0;
  const bound = TIMES_OWN_BYTES * characters + BYTES_PER_DELTA * deltas;
  return [
    atMost(`${what}, uplink`, bytes, bound, "bytes"),
    told(`${what}, times its own bytes`, bytes / characters, ""),
    told(`${what}, delta frames for ${deltas} deltas`, frames, ""),
    mustBe(
      `${what}, a late viewer sees the whole partial and each delta`,
      joinedWith > characters / 2 && wrong === 0 && isWhole,
      `joined at ${joinedWith}, ${wrong} wrong`,
    ),
  ];
}

async function turn(viewer: TestViewer, id: string): Promise<void> {
  await viewer.call("prompt", { id, text: "Please answer" });
  await until(() => viewer.receipts.get(id)?.state === "done", {
    withinMs: 120_000,
  });
}

function textOf({ flight }: TestViewer): string {
  return flight?.blocks.map(({ kind, text }) => kind === "text" ? text : "")
    .join("") ?? "";
}

/** Carries bytes to the daemon and counts those that go up. */
async function openTap(daemonPort: number) {
  let bytes = 0;
  const server = createServer((agent) => {
    const daemon = connect(daemonPort, "127.0.0.1");
    agent.on("data", (chunk) => bytes += chunk.length);
    agent.pipe(daemon).pipe(agent);
    agent.on("error", () => daemon.destroy());
    daemon.on("error", () => agent.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: (server.address() as { port: number }).port,
    get bytes() {
      return bytes;
    },
    [Symbol.asyncDispose]() {
      server.close();
      return Promise.resolve();
    },
  };
}
