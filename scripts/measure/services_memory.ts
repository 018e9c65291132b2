/** What supervisors hold in memory with fifty services that do nothing. */

import { atMost, type Figure, type Measurement, told } from "./figure.ts";
import { anonMiB, pssMiB, rssMiB } from "./machine.ts";
import { startField } from "./services_field.ts";
import type { Supervisor } from "./services_supervisor.ts";

const SERVICES = 50;
const SETTLE_MS = 15_000;

export const servicesMemory: Measurement = {
  name: "services-memory",
  about: `memory with ${SERVICES} idle services, beside pm2 and supervisord`,
  needsBinary: true,
  async run() {
    await using field = await startField();
    const { programs, all, ours, pm2, supervisord } = field;
    for (const one of all) {
      const names = Array.from({ length: SERVICES }, (_, n) => `service-${n}`);
      programs.forget();
      one.configure(names);
      await one.apply();
      await programs.areUp(names);
    }
    await Bun.sleep(SETTLE_MS);
    const anon = (one: Supervisor) => sum(one, anonMiB);
    const peers = Math.min(anon(pm2), anon(supervisord));
    return [
      ...all.flatMap((one): Figure[] => [
        told(`${one.name}, anonymous`, anon(one), "MiB"),
        told(`${one.name}, proportional`, sum(one, pssMiB), "MiB"),
        told(`${one.name}, resident`, sum(one, rssMiB), "MiB"),
      ]),
      atMost("anonymous, to the better peer", anon(ours) / peers, 1, ""),
    ];
  },
};

function sum({ pids }: Supervisor, of: (pid: number) => number): number {
  return pids.reduce((sum, pid) => sum + of(pid), 0);
}
