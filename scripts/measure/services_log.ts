/**
 * A service that prints 100 MB: how long until all of it is in its log, what
 * that costs the supervisor, and whether every line is there.
 */

import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { until } from "../../tests/harness/until.ts";
import { alternate } from "./alternate.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  mustBe,
  told,
} from "./figure.ts";
import { type Field, startField } from "./services_field.ts";
import type { Printing } from "./services_program.ts";
import { cpuOf, type Supervisor } from "./services_supervisor.ts";

const ROUNDS = 5;
/** Of 100 bytes each: 100 MB. */
const LINES = 1_000_000;
const DIGITS = 9;
const LAST = String(LINES - 1).padStart(DIGITS, "0");
/** With the tag that ours puts before it. */
const LINE = /^(?:\[out\] )?(\d{9}) \.+$/gm;
/** More than a line with all that may stand before it. */
const TAIL_BYTES = 256;
const IN_LOG_WITHIN_MS = 60_000;

interface LogRun {
  readonly ms: number;
  readonly cpuMs: number;
  readonly lost: number;
}

export const servicesLog: Measurement = {
  name: "services-log",
  about: "100 MB of a service's lines, beside pm2 and supervisord",
  needsBinary: true,
  async run() {
    await using field = await startField();
    return [
      ...await compare("lines", field),
      ...await compare("blocks", field),
    ];
  },
};

async function compare(how: Printing, field: Field): Promise<Figure[]> {
  const { ours, pm2, supervisord, all } = field;
  let round = 0;
  const runs = await alternate(
    all.map((one) => [
      one.name,
      () => print(one, how, { field, name: `log-${how}-${++round}` }),
    ]),
    ROUNDS,
  );
  const ms = (one: Supervisor) => median(runs(one.name).map(({ ms }) => ms));
  const cpu = (one: Supervisor) =>
    median(runs(one.name).map(({ cpuMs }) => cpuMs));
  const lost = (one: Supervisor) =>
    runs(one.name).reduce((sum, run) => sum + run.lost, 0);
  const best = (of: (one: Supervisor) => number) =>
    Math.min(of(pm2), of(supervisord));
  return [
    ...all.flatMap((one): Figure[] => [
      told(`${how}, ${one.name}, all in the log`, ms(one), "ms"),
      told(`${how}, ${one.name}, cost`, cpu(one), "CPU-ms"),
    ]),
    atMost(
      `${how}, time to that of the better peer`,
      ms(ours) / best(ms),
      1,
      "",
    ),
    atMost(
      `${how}, cost to that of the better peer`,
      cpu(ours) / best(cpu),
      1,
      "",
    ),
    ...[pm2, supervisord].map((one) =>
      told(`${how}, ${one.name}, lines lost`, lost(one), "")
    ),
    mustBe(
      `${how}, every line is there`,
      lost(ours) === 0,
      `${lost(ours)} lost`,
    ),
  ];
}

/** @param name A new one: its log is empty. */
async function print(
  one: Supervisor,
  how: Printing,
  { field: { programs }, name }: { field: Field; name: string },
): Promise<LogRun> {
  one.configure([name]);
  await one.apply();
  const program = await programs.isUp(name);
  const file = one.logFile(name);
  const cpuFrom = cpuOf(one);
  const startedAt = performance.now();
  program.print(how, LINES);
  await until(() => endOf(file).includes(LAST), {
    withinMs: IN_LOG_WITHIN_MS,
    seen: () => endOf(file),
  });
  const ms = performance.now() - startedAt;
  const cpuMs = cpuOf(one) - cpuFrom;
  one.configure([]);
  await one.apply();
  const files = withOlder(file);
  const lost = LINES - inOrder(files);
  for (const file of files) rmSync(file);
  return { ms, cpuMs, lost };
}

function endOf(file: string): string {
  let fd;
  try {
    fd = openSync(file, "r");
  } catch {
    return ""; // Not there yet, or just now given another name.
  }
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  closeSync(fd);
  return bytes.toString("latin1");
}

/** The file and those before it, oldest first. */
function withOlder(file: string): string[] {
  const files = [file];
  for (let n = 1; existsSync(`${file}.${n}`); n++) {
    files.unshift(`${file}.${n}`);
  }
  return files;
}

/** How many of the lines are there, each after the one before it. */
function inOrder(files: readonly string[]): number {
  let found = 0;
  let rest = "";
  for (const file of files) {
    const text = rest + readFileSync(file, "latin1");
    // Some begin a new file within a line.
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    for (const [, number] of text.slice(0, end).matchAll(LINE)) {
      if (Number(number) === found) found++;
    }
  }
  return found;
}
