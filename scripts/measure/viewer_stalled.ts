/**
 * Viewers that do not read, while their agent says a great deal.
 *
 * How much the daemon grows by each of them, against the same load without;
 * that those who read are told everything; that the others are closed.
 */

import { atMost, type Measurement, median, mustBe, told } from "./figure.ts";
import { Load } from "./load.ts";
import { rssMiB } from "./machine.ts";
import { startTested } from "./tested.ts";
import type { StalledLoad } from "./viewer_stalled_load.ts";

const STALLED = 40;
const RUNS = 3;
const MESSAGES = 2_000;
const MESSAGE_BYTES = 32 * 1_024;
/** What a socket may hold in the daemon, its largest frame included. */
const MAX_GROWTH_MIB = 4;
/** A minute's grace at most: one that does not even pong ends sooner. */
const CLOSED_WITHIN_MS = 70_000;

export const viewerStalled: Measurement = {
  name: "viewer-stalled",
  about: `${STALLED} viewers that do not read ${
    MESSAGES * MESSAGE_BYTES / 1_048_576
  } MiB`,
  needsBinary: true,
  async run() {
    const without: number[] = [];
    const withThem: number[] = [];
    let left = NaN;
    for (let run = 0; run < RUNS; run++) {
      without.push((await runOnce(0, false)).growthMiB);
      const stalled = await runOnce(STALLED, run === RUNS - 1);
      withThem.push(stalled.growthMiB);
      left = stalled.left;
    }
    const each = (median(withThem) - median(without)) / STALLED;
    return [
      atMost("growth by a stalled viewer", each, MAX_GROWTH_MIB, "MiB"),
      told("growth by the load, nobody stalled", median(without), "MiB"),
      told(`growth with ${STALLED} stalled`, median(withThem), "MiB"),
      mustBe(
        "stalled viewers are closed",
        left === 0,
        `${STALLED - left} of ${STALLED}`,
      ),
    ];
  },
};

async function runOnce(stalled: number, untilClosed: boolean) {
  await using hypivisor = await startTested();
  await using load = await Load.start<StalledLoad>("viewer_stalled_load.ts");
  const url = hypivisor.socketUrl("");
  await load.call("open", { url, stalled });
  const before = rssMiB(hypivisor.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, rssMiB(hypivisor.pid));
  }, 20);
  // Throws unless the viewer that reads is told of every message.
  await load.call("talk", { messages: MESSAGES, bytes: MESSAGE_BYTES });
  clearInterval(watch);
  const growthMiB = most - before;
  const deadline = Date.now() + CLOSED_WITHIN_MS;
  let left = stalled;
  while (untilClosed && left > 0 && Date.now() < deadline) {
    await Bun.sleep(1_000);
    const metrics = await (await hypivisor.fetch("/metrics")).text();
    left = Number(/^hypivisor_viewers (\d+)/m.exec(metrics)?.[1]) - 1;
  }
  return { growthMiB, left };
}
