/**
 * The services as this browser tab knows them: one record each.
 *
 * Written only by the registry's frames, like the nodes. What a service has
 * written is another matter: `service_log.ts`.
 */

import {
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type {
  ServiceName,
  ServiceRecord,
} from "../../server/protocol/service.ts";
import { fuzzyScore } from "../fuzzy.ts";

export interface ServicesLink {
  /** The whole list, whenever it begins anew. */
  readonly start: ReadonlySignal<readonly ServiceRecord[]>;
  onPush(listener: (push: ClientPush) => void): () => void;
}

type Records = ReadonlyMap<ServiceName, ServiceRecord>;

export type ServicesModel = InstanceType<typeof ServicesModel>;

export const ServicesModel = createModel((link: ServicesLink) => {
  const byName = signal<Records>(new Map());

  effect(() => {
    byName.value = new Map(link.start.value.map((one) => [one.name, one]));
  });
  effect(() =>
    link.onPush((push) => byName.value = applyService(byName.peek(), push))
  );
  /** By name: a place that does not move is found again. */
  const all = computed(() =>
    [...byName.value.values()].sort((a, b) => a.name.localeCompare(b.name))
  );

  return {
    byName,
    all,
    runningCount: computed(() =>
      all.value.filter(({ state }) => state.kind === "running").length
    ),
    /** Those that a person has to do something about. */
    troubled: computed(() => all.value.filter(isTroubled)),
  };
});

/** Failed, or its file cannot be used, or it does not answer. */
export function isTroubled({ state, health, faults }: ServiceRecord): boolean {
  return state.kind === "failed" || state.kind === "invalid" ||
    faults.length > 0 ||
    (state.kind === "running" && health.kind === "unhealthy");
}

/** Returns a new map; records that did not change keep their identity. */
export function applyService(records: Records, push: ClientPush): Records {
  switch (push.method) {
    case "service_set":
      return new Map(records).set(
        push.params.service.name,
        push.params.service,
      );
    case "service_gone": {
      const rest = new Map(records);
      rest.delete(push.params.name);
      return rest;
    }
    default:
      return records;
  }
}

/** Those that `query` may mean, best first; all of them if it is empty. */
export function findServices(
  records: readonly ServiceRecord[],
  query: string,
): ServiceRecord[] {
  return records
    .map((record) => ({ record, score: fuzzyScore(query, record.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ record }) => record);
}

/** Those that work in `folder`, behind those that need a person anywhere. */
export function servicesNear(
  records: readonly ServiceRecord[],
  folder: string,
): ServiceRecord[] {
  const isIn = ({ folder: own }: ServiceRecord) =>
    own !== undefined && `${own}/`.startsWith(`${folder}/`);
  const others = records.filter((one) => !isTroubled(one) && isIn(one));
  return [...records.filter(isTroubled), ...others];
}

/** What one button does to it: stops what is up, starts what is not. */
export function isUp({ state }: ServiceRecord): boolean {
  return state.kind === "running" || state.kind === "starting" ||
    state.kind === "restarting";
}
