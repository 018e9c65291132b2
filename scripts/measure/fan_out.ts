/**
 * One agent that streams to 100 viewers, and one of them that prompts it.
 *
 * What a delivered change costs the daemon, how late it is, and how long a
 * prompt takes from the viewer to the agent and back as a receipt.
 */

import type { FanOutLoad } from "./fan_out_load.ts";
import { atMost, type Measurement, median, quantile, told } from "./figure.ts";
import { Load } from "./load.ts";
import { cpuMs } from "./machine.ts";
import { startTested } from "./tested.ts";

const VIEWERS = 100;
const PROMPTS = 300;
/** Medians of so many: a p99 is at the mercy of what else runs. */
const ROUNDS = 5;
/** pi-socket sends a frame of the screen at a time: 62 deltas a second. */
const PACED = { count: 600, perSecond: 62 };
const FLAT_OUT = { count: 4_000, perSecond: 100_000 };
/** What a person who types takes for at once. */
const MAX_PROMPT_MS = 100;

export const fanOut: Measurement = {
  name: "fan-out",
  about: `an agent that streams to ${VIEWERS} viewers`,
  needsBinary: true,
  async run() {
    await using hypivisor = await startTested();
    await using load = await Load.start<FanOutLoad>("fan_out_load.ts");
    await load.call("open", { url: hypivisor.socketUrl(""), viewers: VIEWERS });
    const quiet = await load.call("prompt", { count: PROMPTS });

    const stream = async (pace: typeof PACED) => {
      const from = cpuMs(hypivisor.pid);
      const { lateMs, tookMs } = await load.call("stream", pace);
      const used = cpuMs(hypivisor.pid) - from;
      const delivered = pace.count * VIEWERS;
      return { lateMs, tookMs, microseconds: 1_000 * used / delivered };
    };
    await stream(FLAT_OUT); // Warms up what compiles when it is hot.
    const paced = await stream(PACED);
    const flatOut = await stream(FLAT_OUT);
    const busy: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [prompts] = await Promise.all([
        load.call("prompt", { count: PROMPTS }),
        load.call("stream", PACED),
      ]);
      busy.push(prompts);
    }
    return [
      told("cost of a delivered change, 62/s", paced.microseconds, "us"),
      told("change to a viewer p50, 62/s", median(paced.lateMs), "ms"),
      told("change to a viewer p99, 62/s", quantile(paced.lateMs, 0.99), "ms"),
      told("cost of a delivered change, flat out", flatOut.microseconds, "us"),
      told(
        "deliveries, flat out",
        FLAT_OUT.count * VIEWERS / flatOut.tookMs * 1_000,
        "/s",
      ),
      told("prompt to receipt p50, quiet", median(quiet), "ms"),
      told("prompt to receipt p99, quiet", quantile(quiet, 0.99), "ms"),
      told("prompt to receipt p50, streaming", median(busy.flat()), "ms"),
      atMost(
        "prompt to receipt p99, streaming",
        median(busy.map((prompts) => quantile(prompts, 0.99))),
        MAX_PROMPT_MS,
        "ms",
      ),
      told(
        "prompt to receipt p99, streaming, worst round",
        Math.max(...busy.map((prompts) => quantile(prompts, 0.99))),
        "ms",
      ),
    ];
  },
};
