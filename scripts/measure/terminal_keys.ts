/**
 * Keys: how soon they come back, alone and while much is printed, and how soon
 * ^C ends a flood.
 */

import {
  atMost,
  type Figure,
  type Measurement,
  median,
  quantile,
  told,
} from "./figure.ts";
import type { Load } from "./load.ts";
import type { TerminalLoad } from "./terminal_load.ts";
import { TerminalPair } from "./terminal_pair.ts";
import {
  CAT,
  flood,
  makeTexts,
  SHELL,
  type Text,
  TTY,
} from "./terminal_program.ts";
import { TO_TTYD, Ttyd } from "./ttyd.ts";
import { makeYardsticks, type Yardstick } from "./yardstick.ts";

const ROUNDS = 5;
const KEYS = 1_000;
/** Fewer: each may take long. */
const BUSY_KEYS = 300;
const INTERRUPTS = 3;
const MIB = 1_048_576;
/** What a browser's screen takes. */
const BROWSER_PACE = 10 * MIB;
/** Longer than it takes for every buffer on the way to fill. */
const FLOOD_MS = 1_000;
const MAX_INTERRUPT_MS = 60;
const MAX_BUSY_P99_MS = 20;
const US_PER_MS = 1_000;

export const terminalKeys: Measurement = {
  name: "terminal-keys",
  about: "keys in terminals, alone beside ttyd and a bare pty, and in a flood",
  needsBinary: true,
  async run() {
    using texts = makeTexts();
    using made = await makeYardsticks();
    await using pair = await TerminalPair.start();
    await using typist = await pair.startLoad();
    const { yardsticks } = made;
    return [
      ...await echo("cat", CAT, { pair, typist, yardsticks }),
      ...await echo("the tty", TTY, { pair, typist, yardsticks }),
      ...await interrupts(pair, typist, texts.base64),
      ...await besideFlood("flat out", pair, typist, texts.base64),
      ...await besideFlood(
        "10 MiB/s",
        pair,
        typist,
        texts.base64,
        BROWSER_PACE,
      ),
    ];
  },
};

interface Bed {
  readonly pair: TerminalPair;
  readonly typist: Load<TerminalLoad>;
  readonly yardsticks: readonly Yardstick[];
}

async function echo(
  by: string,
  command: readonly string[],
  { pair, typist, yardsticks }: Bed,
): Promise<Figure[]> {
  const { url } = pair;
  const terminal = await pair.open(command);
  const viewer = await typist.call("open", { url, terminal });
  await using ttyd = await Ttyd.start(command);
  const ofTtyd = await typist.call("openTtyd", {
    url: ttyd.url,
    offersDeflate: false,
  });
  const own: (readonly number[])[] = [];
  const peers: (readonly number[])[] = [];
  const bare = new Map<string, (readonly number[])[]>();
  for (const one of [viewer, ofTtyd]) { // Warms up.
    await typist.call("echo", { viewer: one, count: KEYS });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, echo } of yardsticks) {
      bare.set(name, [...bare.get(name) ?? [], await echo(command, KEYS)]);
    }
    own.push(await typist.call("echo", { viewer, count: KEYS }));
    peers.push(await typist.call("echo", { viewer: ofTtyd, count: KEYS }));
  }
  await typist.call("close", { viewers: [viewer, ofTtyd] });
  await pair.close(terminal);
  const p50 = (rounds: readonly (readonly number[])[]) =>
    median(rounds.map(median));
  const p99 = (rounds: readonly (readonly number[])[]) =>
    median(rounds.map((us) => quantile(us, 0.99)));
  return [
    ...yardsticks.flatMap(({ name }) => [
      told(`echo by ${by}, bare pty in ${name}, p50`, p50(of(name)), "us"),
      told(`echo by ${by}, bare pty in ${name}, p99`, p99(of(name)), "us"),
    ]),
    told(`echo by ${by}, ttyd, p50`, p50(peers), "us"),
    told(`echo by ${by}, ttyd, p99`, p99(peers), "us"),
    told(`echo by ${by}, p50`, p50(own), "us"),
    told(`echo by ${by}, p99`, p99(own), "us"),
    atMost(
      `echo by ${by}, p50 to that of ttyd`,
      p50(own) / p50(peers),
      TO_TTYD.echo,
      "",
    ),
  ];

  function of(name: string): (readonly number[])[] {
    return bare.get(name) ?? [];
  }
}

/** ^C while a screen that takes 10 MiB/s is flooded. */
async function interrupts(
  pair: TerminalPair,
  typist: Load<TerminalLoad>,
  { file }: Text,
): Promise<Figure[]> {
  const { url } = pair;
  const terminal = await pair.open(SHELL);
  const options = { pace: BROWSER_PACE };
  const viewer = await typist.call("open", { url, terminal, options });
  const found: { ms: number; staleBytes: number }[] = [];
  for (let n = 0; n < ROUNDS * INTERRUPTS; n++) {
    const keys = `cat ${`${file} `.repeat(4)}\r`;
    await typist.call("type", { viewer, keys });
    await typist.call("watch", { viewers: [viewer], ms: FLOOD_MS });
    found.push(await typist.call("interrupt", { viewer }));
  }
  await typist.call("close", { viewers: [viewer] });
  await pair.close(terminal);
  const ms = found.map((one) => one.ms);
  return [
    atMost(
      "^C to prompt, read at 10 MiB/s",
      median(ms),
      MAX_INTERRUPT_MS,
      "ms",
    ),
    told("^C to prompt, worst", Math.max(...ms), "ms"),
    told(
      "^C to prompt, output that still came",
      median(found.map(({ staleBytes }) => staleBytes)) / 1_024,
      "KiB",
    ),
  ];
}

/** Typing in one terminal while another is flooded, read by another process. */
async function besideFlood(
  how: string,
  pair: TerminalPair,
  typist: Load<TerminalLoad>,
  text: Text,
  pace?: number,
): Promise<Figure[]> {
  const { url } = pair;
  await using reader = await pair.startLoad();
  const flooded = await pair.open(flood(text));
  const options = pace === undefined ? {} : { pace };
  const watched = await reader.call("open", {
    url,
    terminal: flooded,
    options,
  });
  const typed = await pair.open(CAT);
  const viewer = await typist.call("open", { url, terminal: typed });
  await reader.call("type", { viewer: watched, keys: "\n" });
  await reader.call("watch", { viewers: [watched], ms: FLOOD_MS });
  const rounds: (readonly number[])[] = [];
  let bytes = 0;
  let ms = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = await reader.call("state", { viewer: watched });
    const startedAt = performance.now();
    rounds.push(await typist.call("echo", { viewer, count: BUSY_KEYS }));
    ms += performance.now() - startedAt;
    const after = await reader.call("state", { viewer: watched });
    bytes += after.taken - before.taken;
  }
  await typist.call("close", { viewers: [viewer] });
  await pair.close(flooded);
  await pair.close(typed);
  const p99 = rounds.map((us) => quantile(us, 0.99) / US_PER_MS);
  return [
    told(
      `typing beside a flood read ${how}, p50`,
      median(rounds.map(median)),
      "us",
    ),
    atMost(
      `typing beside a flood read ${how}, p99`,
      median(p99),
      MAX_BUSY_P99_MS,
      "ms",
    ),
    told(
      `typing beside a flood read ${how}, p99 of the worst round`,
      Math.max(...p99),
      "ms",
    ),
    told(`the flood meanwhile, ${how}`, 1_000 * bytes / MIB / ms, "MiB/s"),
  ];
}
