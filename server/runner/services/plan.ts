/**
 * What a reload will do, worked out before anything is done: which services
 * come, go, change and stay.
 */

import type { ReloadLists, ServiceName } from "../../protocol/service.ts";
import type { ServiceConfig } from "./config/config.ts";

/**
 * @param before What each service that is there runs by; undefined where no
 *   file of that name ever was good.
 */
export function planReload(
  before: ReadonlyMap<ServiceName, ServiceConfig | undefined>,
  after: readonly ServiceConfig[],
): ReloadLists {
  const configs = new Map(after.map((config) => [config.name, config]));
  const names = [...new Set([...before.keys(), ...configs.keys()])].sort();
  const lists = {
    added: [] as ServiceName[],
    removed: [] as ServiceName[],
    changed: [] as ServiceName[],
    unchanged: [] as ServiceName[],
  };
  for (const name of names) {
    const config = configs.get(name);
    const old = before.get(name);
    if (!config) lists.removed.push(name);
    else if (!old) lists.added.push(name);
    else if (isSame(old, config)) lists.unchanged.push(name);
    else lists.changed.push(name);
  }
  return lists;
}

/** Whether a file says the same, wherever in it and whatever around it. */
function isSame(a: ServiceConfig, b: ServiceConfig): boolean {
  return Bun.deepEquals(a.process, b.process) &&
    Bun.deepEquals(a.rules, b.rules);
}
