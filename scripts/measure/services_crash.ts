/**
 * From the crash of a service to its next process: by the kernel's clock, as
 * the program looks at it last before and first after.
 */

import {
  atMost,
  type Figure,
  type Measurement,
  median,
  quantile,
  told,
} from "./figure.ts";
import { type Field, startField } from "./services_field.ts";
import type { Supervisor } from "./services_supervisor.ts";

const CRASHES = 300;
/** It looks around once a second: more crashes would tell nothing more. */
const SUPERVISORD_EVERY = 25;
/** Longer than anything takes to settle after a start. */
const UP_MS = 100;
const MAX_P50_MS = 5;
const MAX_P99_TO_PM2 = 0.5;
const NS_PER_MS = 1_000_000;

export const servicesCrash: Measurement = {
  name: "services-crash",
  about: "crash of a service to its next process, beside pm2 and supervisord",
  needsBinary: true,
  async run() {
    await using field = await startField();
    const { programs, all, ours, pm2, supervisord } = field;
    for (const one of all) {
      one.configure([one.name]);
      await one.apply();
      await programs.isUp(one.name);
    }
    const found = new Map(all.map((one) => [one, [] as number[]]));
    for (let n = 0; n < CRASHES; n++) {
      const turn = n % 2 === 0 ? [ours, pm2] : [pm2, ours];
      if (n % SUPERVISORD_EVERY === 0) turn.push(supervisord);
      for (const one of turn) found.get(one)?.push(await crash(one, field));
    }
    const of = (one: Supervisor) => found.get(one) ?? [];
    const p99 = (one: Supervisor) => quantile(of(one), 0.99);
    return [
      atMost("p50", median(of(ours)), MAX_P50_MS, "ms"),
      told("p99", p99(ours), "ms"),
      told("worst", Math.max(...of(ours)), "ms"),
      ...[pm2, supervisord].flatMap((one): Figure[] => [
        told(`${one.name}, p50`, median(of(one)), "ms"),
        told(`${one.name}, p99`, p99(one), "ms"),
      ]),
      atMost("p99 to that of pm2", p99(ours) / p99(pm2), MAX_P99_TO_PM2, ""),
    ];
  },
};

/** @returns ms until it is back. */
async function crash(
  { name }: Supervisor,
  { programs }: Field,
): Promise<number> {
  await Bun.sleep(UP_MS);
  const before = await programs.isUp(name);
  const downNs = await before.crash();
  const { beganNs } = await programs.isUp(name);
  return (beganNs - downNs) / NS_PER_MS;
}
