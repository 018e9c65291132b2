/**
 * What supervisors hold in memory with fifty services that do nothing.
 *
 * What is bound is the process that has the services, and what of it is in
 * memory and in no file: that is taken from others. Told are pages of the
 * executable too, which the system can drop and read again (ours has all of Bun
 * in it), and ours with the daemon beside it, which has the page, the agents and
 * the sockets, and without which services run on.
 */

import {
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { anonMiB, pssMiB, rssMiB } from "./machine.ts";
import { startField } from "./services_field.ts";
import type { Supervisor } from "./services_supervisor.ts";

/** Each with daemons of its own: when their collectors run is chance. */
const ROUNDS = 3;
const SERVICES = 50;
const SETTLE_MS = 15_000;

interface Held {
  readonly anonymous: number;
  /** Of what is shared, a part. */
  readonly proportional: number;
  readonly resident: number;
  /** Anonymous, of all its processes. */
  readonly whole: number;
}

export const servicesMemory: Measurement = {
  name: "services-memory",
  about: `memory with ${SERVICES} idle services, beside pm2 and supervisord`,
  needsBinary: true,
  async run() {
    const rounds: ReadonlyMap<string, Held>[] = [];
    for (let n = 0; n < ROUNDS; n++) rounds.push(await look());
    const of = (name: string, what: keyof Held) =>
      median(rounds.map((round) => round.get(name)?.[what] ?? NaN));
    const [ours = "", ...peers] = rounds[0]?.keys() ?? [];
    return [
      ...[ours, ...peers].flatMap((name): Figure[] => [
        told(`${name}, anonymous`, of(name, "anonymous"), "MiB"),
        told(`${name}, proportional`, of(name, "proportional"), "MiB"),
        told(`${name}, resident`, of(name, "resident"), "MiB"),
      ]),
      told(`${ours}, anonymous with its daemon`, of(ours, "whole"), "MiB"),
      ...peers.map((peer) =>
        atMost(
          `anonymous, to that of ${peer}`,
          of(ours, "anonymous") / of(peer, "anonymous"),
          1,
          "",
        )
      ),
    ];
  },
};

/** By the names of the supervisors, ours first. */
async function look(): Promise<ReadonlyMap<string, Held>> {
  await using field = await startField();
  const { programs, all } = field;
  const names = Array.from({ length: SERVICES }, (_, n) => `service-${n}`);
  for (const one of all) {
    programs.forget();
    one.configure(names);
    await one.apply();
    await programs.areUp(names);
  }
  await Bun.sleep(SETTLE_MS);
  return new Map(all.map((one) => [one.name, heldBy(one)]));
}

function heldBy({ keeper, pids }: Supervisor): Held {
  return {
    anonymous: anonMiB(keeper),
    proportional: pssMiB(keeper),
    resident: rssMiB(keeper),
    whole: pids.reduce((sum, pid) => sum + anonMiB(pid), 0),
  };
}
