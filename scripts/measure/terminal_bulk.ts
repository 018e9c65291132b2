/**
 * Terminals that print as fast as they can: the rate that reaches a viewer, and
 * what it costs the daemon and the runner together, beside a bare pty.
 */

import { alternate, type Contestant } from "./alternate.ts";
import {
  atLeast,
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { TerminalPair } from "./terminal_pair.ts";
import { makeTexts, printer, type Text } from "./terminal_program.ts";
import { TO_TTYD, Ttyd } from "./ttyd.ts";
import { type BulkRun, makeYardsticks, type Yardstick } from "./yardstick.ts";

const ROUNDS = 5;
const VIEWER_ROUNDS = 3;
const VIEWERS = [1, 2, 4];
const MIB = 1_048_576;

export const terminalBulk: Measurement = {
  name: "terminal-bulk",
  about: "64 MiB of output to a viewer, beside ttyd and a bare pty",
  needsBinary: true,
  async run() {
    using texts = makeTexts();
    using made = await makeYardsticks();
    await using pair = await TerminalPair.start();
    // What is hot is compiled first.
    for (let n = 0; n < 3; n++) await runPair(pair, texts.base64, {});
    return [
      ...await compare(pair, texts.base64, made.yardsticks, {
        rateDeflated: TO_TTYD.rateDeflated,
      }),
      // Logs shrink so well that ttyd loses little by compressing them: three
      // times its rate is more than anything reads from a pty.
      ...await compare(pair, texts.log, made.yardsticks, {
        rateDeflated: TO_TTYD.rate,
      }),
      ...await manyViewers(pair, texts.base64),
    ];
  },
};

async function compare(
  pair: TerminalPair,
  text: Text,
  yardsticks: readonly Yardstick[],
  { rateDeflated }: { readonly rateDeflated: number },
): Promise<Figure[]> {
  const contestants: Contestant<BulkRun>[] = [
    ...yardsticks.map((bare): Contestant<BulkRun> => [
      bare.name,
      () => bare.read(printer(text), text.bytes),
    ]),
    ["plain", () => runPair(pair, text, {})],
    ["deflate", () => runPair(pair, text, { offersDeflate: true })],
    ["ttyd", () => runTtyd(pair, text, false)],
    ["ttyd deflate", () => runTtyd(pair, text, true)],
  ];
  const runs = await alternate(contestants, ROUNDS);
  const rate = (name: string) => median(runs(name).map(mibPerSecond));
  const cost = (name: string) => median(runs(name).map(cpuPerMib));
  const { what } = text;
  return [
    ...yardsticks.flatMap(({ name }) => [
      told(`${what}, bare pty in ${name}`, rate(name), "MiB/s"),
      told(`${what}, bare pty in ${name}, cost`, cost(name), "CPU-ms/MiB"),
      told(
        `${what}, rate to that of ${name}`,
        rate("plain") / rate(name),
        "",
      ),
      told(
        `${what}, cost to that of ${name}`,
        cost("plain") / cost(name),
        "",
      ),
    ]),
    ...besideTtyd(what, runs("plain"), runs("ttyd"), TO_TTYD.rate),
    ...besideTtyd(
      `${what}, compression offered`,
      runs("deflate"),
      runs("ttyd deflate"),
      rateDeflated,
    ),
  ];
}

function besideTtyd(
  what: string,
  own: readonly BulkRun[],
  ttyd: readonly BulkRun[],
  leastRate: number,
): Figure[] {
  const rate = (runs: readonly BulkRun[]) => median(runs.map(mibPerSecond));
  const cost = (runs: readonly BulkRun[]) => median(runs.map(cpuPerMib));
  return [
    told(`${what}, ttyd, rate`, rate(ttyd), "MiB/s"),
    told(`${what}, ttyd, cost`, cost(ttyd), "CPU-ms/MiB"),
    told(`${what}, rate`, rate(own), "MiB/s"),
    told(`${what}, cost of daemon and runner`, cost(own), "CPU-ms/MiB"),
    atLeast(
      `${what}, rate to that of ttyd`,
      rate(own) / rate(ttyd),
      leastRate,
      "",
    ),
    atMost(
      `${what}, cost to that of ttyd`,
      cost(own) / cost(ttyd),
      TO_TTYD.cost,
      "",
    ),
  ];
}

async function manyViewers(pair: TerminalPair, text: Text): Promise<Figure[]> {
  const runs = await alternate(
    VIEWERS.map((viewers): Contestant<BulkRun> => [
      String(viewers),
      () => runPair(pair, text, { viewers }),
    ]),
    VIEWER_ROUNDS,
  );
  const before = pair.memory().rssMiB;
  return [
    ...VIEWERS.flatMap((viewers) => [
      told(
        `${viewers} viewers, rate to each`,
        median(runs(String(viewers)).map(mibPerSecond)),
        "MiB/s",
      ),
      told(
        `${viewers} viewers, cost per MiB printed`,
        median(runs(String(viewers)).map(cpuPerMib)),
        "CPU-ms/MiB",
      ),
    ]),
    told("memory of daemon and runner afterwards", before, "MiB"),
  ];
}

async function runPair(
  pair: TerminalPair,
  text: Text,
  { viewers = 1, offersDeflate = false },
): Promise<BulkRun> {
  await using load = await pair.startLoad();
  const { url } = pair;
  const terminal = await pair.open(printer(text));
  const numbers: number[] = [];
  for (let n = 0; n < viewers; n++) {
    const options = { offersDeflate };
    numbers.push(await load.call("open", { url, terminal, options }));
  }
  const from = pair.cpuMs();
  const { bytes } = text;
  const ms = await load.call("read", { viewers: numbers, bytes });
  const cpuMs = pair.cpuMs() - from;
  await pair.close(terminal);
  return { bytes, ms, cpuMs };
}

async function runTtyd(
  pair: TerminalPair,
  text: Text,
  offersDeflate: boolean,
): Promise<BulkRun> {
  await using load = await pair.startLoad();
  await using ttyd = await Ttyd.start(printer(text));
  const { url } = ttyd;
  const viewer = await load.call("openTtyd", { url, offersDeflate });
  const from = ttyd.cpuMs();
  const { bytes } = text;
  const ms = await load.call("read", { viewers: [viewer], bytes });
  return { bytes, ms, cpuMs: ttyd.cpuMs() - from };
}

function mibPerSecond({ bytes, ms }: BulkRun): number {
  return 1_000 * bytes / MIB / ms;
}

function cpuPerMib({ bytes, cpuMs }: BulkRun): number {
  return MIB * cpuMs / bytes;
}
