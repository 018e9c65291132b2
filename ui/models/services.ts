/**
 * The services as this browser tab knows them: one record each.
 *
 * Written only by the registry's frames, like the nodes. What a service has
 * written is another matter: `service_log.ts`.
 */

import { computed, createModel } from "@preact/signals";
import type { UnixMs } from "../../server/protocol/node.ts";
import type {
  ServiceName,
  ServiceRecord,
} from "../../server/protocol/service.ts";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";
import { heldRecords, type RecordKind, type RecordsLink } from "./records.ts";

const SERVICES: RecordKind<ServiceName, ServiceRecord> = {
  keyOf: ({ name }) => name,
  read({ method, params }) {
    if (method === "service_set") return { set: params.service };
    return method === "service_gone" ? { gone: params.name } : undefined;
  },
};

export type ServicesModel = InstanceType<typeof ServicesModel>;

export const ServicesModel = createModel((link: RecordsLink<ServiceRecord>) => {
  const byName = heldRecords(link, SERVICES);
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

/** Those that `query` may mean, best first; all of them if it is empty. */
export function findServices(
  records: readonly ServiceRecord[],
  query: string,
): ServiceRecord[] {
  return bestFirst(records, ({ name }) => fuzzyScore(query, name));
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

/** A press as soon after the one that stops it is the same one, twice. */
const SAME_PRESS_MS = 1_000;

/**
 * What one button does to it: stops what is up, starts what is not, and ends
 * what takes its time to stop. Undefined for a moment.
 */
export function switchOf(
  { state }: ServiceRecord,
  now: UnixMs,
): "start" | "stop" | "end" | undefined {
  switch (state.kind) {
    case "running":
    case "starting":
    case "restarting":
      return "stop";
    case "stopping":
      return now - state.since < SAME_PRESS_MS ? undefined : "end";
    default:
      return "start";
  }
}
