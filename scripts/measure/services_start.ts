/**
 * A hundred services: from the command that starts them until all of them run,
 * and how soon they are listed.
 */

import { alternate } from "./alternate.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { type Field, startField } from "./services_field.ts";
import type { Supervisor } from "./services_supervisor.ts";

const ROUNDS = 5;
const SERVICES = 100;
const LISTS = 7;
const MAX_TO_PM2 = 0.25;
const MAX_LIST_MS = 50;

interface StartRun {
  readonly runningMs: number;
  readonly commandMs: number;
  readonly listMs: number;
}

export const servicesStart: Measurement = {
  name: "services-start",
  about: `${SERVICES} services at once, beside pm2 and supervisord`,
  needsBinary: true,
  async run() {
    await using field = await startField();
    const { ours, pm2, all } = field;
    const runs = await alternate(
      all.map((one) => [one.name, () => startAll(one, field)]),
      ROUNDS,
    );
    const of = (one: Supervisor, what: keyof StartRun) =>
      median(runs(one.name).map((run) => run[what]));
    return [
      ...all.flatMap((one): Figure[] => [
        told(`${one.name}, all run`, of(one, "runningMs"), "ms"),
        told(`${one.name}, the command has ended`, of(one, "commandMs"), "ms"),
      ]),
      atMost(
        "all run, to the time of pm2",
        of(ours, "runningMs") / of(pm2, "runningMs"),
        MAX_TO_PM2,
        "",
      ),
      ...all.filter((one) => one !== ours).map((one) =>
        told(`${one.name}, list`, of(one, "listMs"), "ms")
      ),
      atMost("list", of(ours, "listMs"), MAX_LIST_MS, "ms"),
    ];
  },
};

async function startAll(
  one: Supervisor,
  { programs }: Field,
): Promise<StartRun> {
  const names = Array.from({ length: SERVICES }, (_, n) => `service-${n}`);
  programs.forget();
  one.configure(names);
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const [runningMs, commandMs] = await Promise.all([
    programs.areUp(names).then(since),
    one.apply().then(since),
  ]);
  const lists: number[] = [];
  for (let n = 0; n < LISTS; n++) {
    const startedAt = performance.now();
    await one.list();
    lists.push(performance.now() - startedAt);
  }
  one.configure([]);
  await one.apply();
  return { runningMs, commandMs, listMs: median(lists) };
}
