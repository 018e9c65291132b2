/**
 * Many terminals at once: what fifteen floods leave the registry, whether they
 * get equal shares, and what a terminal holds that does nothing.
 */

import type { TerminalId } from "../../server/protocol/terminal.ts";
import type { FleetLoad } from "./fleet_load.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  quantile,
  told,
} from "./figure.ts";
import { Load } from "./load.ts";
import { TerminalPair } from "./terminal_pair.ts";
import { flood, makeTexts, SHELL, type Text } from "./terminal_program.ts";

const PRINTERS = 15;
const AGENTS = 20;
const CHANGES = 250;
const CHANGES_PER_S = 50;
const ROUNDS = 5;
const WARM_UP_MS = 2_000;
const SHARE_MS = 5_000;
const MAX_CHANGE_MS = 50;
const IDLE = 50;
const SETTLE_MS = 3_000;
const PRINTED_BYTES = 262_144;
const MIB = 1_048_576;
const KIB_PER_MIB = 1_024;

export const terminalCrowd: Measurement = {
  name: "terminal-crowd",
  about: `${PRINTERS} terminals that print at full speed, and ${IDLE} idle`,
  needsBinary: true,
  async run() {
    using texts = makeTexts();
    return [
      ...await besidePrinters(texts.base64),
      ...await idle(texts.base64),
    ];
  },
};

async function besidePrinters(text: Text): Promise<Figure[]> {
  await using pair = await TerminalPair.start();
  await using readers = await pair.startLoad();
  await using fleet = await Load.start<FleetLoad>("fleet_load.ts", "any");
  const { url } = pair;
  const socket = pair.host.hypivisor.socketUrl("/ws");
  await fleet.call("agents", { url: socket, count: AGENTS });
  await fleet.call("clients", { url: socket, count: 1 });
  const change = async () => {
    const { lastMs } = await fleet.call("changes", {
      count: CHANGES,
      perSecond: CHANGES_PER_S,
    });
    return quantile(lastMs, 0.99);
  };
  const quiet = await change();

  const viewers: number[] = [];
  for (let n = 0; n < PRINTERS; n++) {
    const terminal = await pair.open(flood(text));
    viewers.push(await readers.call("open", { url, terminal }));
  }
  for (const viewer of viewers) {
    await readers.call("type", { viewer, keys: "\n" });
  }
  await readers.call("watch", { viewers, ms: WARM_UP_MS });
  const p99: number[] = [];
  for (let round = 0; round < ROUNDS; round++) p99.push(await change());
  const shares = await readers.call("watch", { viewers, ms: SHARE_MS });
  const all = shares.reduce((sum, bytes) => sum + bytes, 0);
  return [
    told("change of status p99, nothing printed", quiet, "ms"),
    atMost(
      `change of status p99, ${PRINTERS} printing`,
      median(p99),
      MAX_CHANGE_MS,
      "ms",
    ),
    told("change of status p99, worst round", Math.max(...p99), "ms"),
    told("all printers together", 1_000 * all / MIB / SHARE_MS, "MiB/s"),
    told(
      "fastest to slowest printer",
      Math.max(...shares) / Math.min(...shares),
      "",
    ),
  ];
}

async function idle(text: Text): Promise<Figure[]> {
  await using pair = await TerminalPair.start();
  await using load = await pair.startLoad();
  const { url } = pair;
  await Bun.sleep(SETTLE_MS);
  const empty = pair.memory();
  const terminals: TerminalId[] = [];
  for (let n = 0; n < IDLE; n++) terminals.push(await pair.open(SHELL));
  await Bun.sleep(SETTLE_MS);
  const opened = pair.memory();
  for (const terminal of terminals) {
    const viewer = await load.call("open", { url, terminal });
    const keys = `head -c ${PRINTED_BYTES} ${text.file}\r`;
    await load.call("type", { viewer, keys });
    await load.call("watch", { viewers: [viewer], ms: 100 });
    await load.call("close", { viewers: [viewer] });
  }
  await Bun.sleep(SETTLE_MS);
  const printed = pair.memory();
  const each = (after: number, before: number) =>
    KIB_PER_MIB * (after - before) / IDLE;
  return [
    told("memory of daemon and runner, none open", empty.rssMiB, "MiB"),
    told(
      "memory of an idle terminal",
      each(opened.anonMiB, empty.anonMiB),
      "KiB",
    ),
    told(
      "memory of one that printed 256 KiB",
      each(printed.anonMiB, empty.anonMiB),
      "KiB",
    ),
  ];
}
