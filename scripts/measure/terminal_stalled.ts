/**
 * A viewer that stops reading for a minute while its terminal prints at full
 * speed: what daemon and runner grow by, what another viewer sees meanwhile,
 * and what becomes of the one that stalled.
 */

import { atMost, type Measurement, median, mustBe, told } from "./figure.ts";
import { TerminalPair } from "./terminal_pair.ts";
import { flood, makeTexts } from "./terminal_program.ts";

const STALLED_MS = 60_000;
/** Until memory no longer grows with what the other viewer takes. */
const WARM_UP_MS = 30_000;
const CAUGHT_UP_MS = 5_000;
const SAMPLE_MS = 50;
const MAX_GROWTH_MIB = 2;
const MIB = 1_048_576;

export const terminalStalled: Measurement = {
  name: "terminal-stalled",
  about: "a viewer that does not read for a minute, another that does",
  needsBinary: true,
  async run() {
    using texts = makeTexts();
    await using pair = await TerminalPair.start();
    await using load = await pair.startLoad();
    const { url } = pair;
    const text = texts.base64;
    const terminal = await pair.open(flood(text));
    const reader = await load.call("open", { url, terminal });
    const stalled = await load.call("open", { url, terminal });
    await load.call("verify", { viewer: reader, text });
    await load.call("type", { viewer: reader, keys: "\n" });
    const warm = await memoryWhile(
      pair,
      () => load.call("watch", { viewers: [reader], ms: WARM_UP_MS }),
    );

    await load.call("stall", { viewer: stalled });
    const stuck = await memoryWhile(
      pair,
      () => load.call("watch", { viewers: [reader], ms: STALLED_MS }),
    );
    const before = await load.call("state", { viewer: stalled });
    await load.call("resume", { viewer: stalled });
    await load.call("watch", { viewers: [reader], ms: CAUGHT_UP_MS });
    const other = await load.call("state", { viewer: reader });
    const caughtUp = await load.call("state", { viewer: stalled });
    const { closed, screens } = caughtUp;
    return [
      atMost(
        "growth of daemon and runner",
        stuck.mib - warm.mib,
        MAX_GROWTH_MIB,
        "MiB",
      ),
      told("memory before", warm.mib, "MiB"),
      told("growth at the worst moment", stuck.mostMib - warm.mostMib, "MiB"),
      mustBe(
        "another viewer sees every byte",
        other.wrong === 0 && other.screens === 1,
        `${other.wrong} wrong, ${other.screens} screens`,
      ),
      told(
        "what the other viewer took",
        1_000 * (stuck.bytes[0] ?? 0) / MIB / STALLED_MS,
        "MiB/s",
      ),
      mustBe(
        "the one that stalled is caught up or closed with a reason",
        (closed?.reason ?? "") !== "" || screens > before.screens,
        closed ? `${closed.code} ${closed.reason}` : `${screens} screens`,
      ),
    ];
  },
};

/** Samples: what it holds at one moment depends on when it last cleaned up. */
async function memoryWhile(
  pair: TerminalPair,
  work: () => Promise<readonly number[]>,
): Promise<{ mib: number; mostMib: number; bytes: readonly number[] }> {
  const samples: number[] = [];
  const watch = setInterval(
    () => samples.push(pair.memory().rssMiB),
    SAMPLE_MS,
  );
  const bytes = await work();
  clearInterval(watch);
  return { mib: median(samples), mostMib: Math.max(...samples), bytes };
}
