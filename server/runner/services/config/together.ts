/**
 * What must hold between the files of a folder: no port declared twice, and no
 * circle of services that each wait for the next.
 *
 * Of two that declare one port the first by name stays good; all members of a
 * circle are bad, because none of them could begin.
 */

import type { ServiceName } from "../../../protocol/service.ts";
import type { ReadConfig, ServiceConfig } from "./config.ts";
import { Faults } from "./faults.ts";

/** @param read In the order of their names; so is the result. */
export function checkTogether(read: readonly ReadConfig[]): ReadConfig[] {
  const good = read.flatMap((one) => one.ok ? [one.config] : []);
  const ports = duplicatePorts(good);
  const round = circles(good);
  const known = new Set(read.map(nameOf));
  return read.map((one): ReadConfig => {
    if (!one.ok) return one;
    const { config } = one;
    const { name, file, places } = config;
    const faults = new Faults(file);
    const port = ports.get(name);
    const circle = round.get(name);
    if (port) faults.add(places.port, port);
    if (circle) faults.add(places.after, circle);
    if (faults.any) return { ok: false, name, file, faults: faults.list() };
    return { ok: true, config: withWarnings(config, known) };
  });
}

function nameOf(read: ReadConfig): ServiceName {
  return read.ok ? read.config.name : read.name;
}

function duplicatePorts(
  configs: readonly ServiceConfig[],
): Map<ServiceName, string> {
  const owners = new Map<number, ServiceName>();
  const bad = new Map<ServiceName, string>();
  for (const { name, process: { port } } of configs) {
    if (!port) continue;
    const owner = owners.get(port);
    if (owner === undefined) owners.set(port, name);
    else {
      const who = `declared by both \`${owner}\` and \`${name}\``;
      bad.set(name, `duplicate port ${port} ${who}`);
    }
  }
  return bad;
}

function circles(configs: readonly ServiceConfig[]): Map<ServiceName, string> {
  const after = new Map(
    configs.map(({ name, rules }) => [name, rules.after] as const),
  );
  const bad = new Map<ServiceName, string>();
  for (const name of after.keys()) {
    const circle = circleOf(name, after);
    if (!circle) continue;
    const path = circle.map((one) => `\`${one}\``).join(" waits for ");
    bad.set(name, `\`after\` goes in a circle: ${path}`);
  }
  return bad;
}

/** The shortest way from a service back to itself. */
function circleOf(
  start: ServiceName,
  after: ReadonlyMap<ServiceName, readonly ServiceName[]>,
): ServiceName[] | undefined {
  const from = new Map<ServiceName, ServiceName>();
  const queue = [start];
  for (const name of queue) {
    for (const next of after.get(name) ?? []) {
      if (next === start) return wayTo(name, from, start);
      if (from.has(next)) continue;
      from.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(
  end: ServiceName,
  from: ReadonlyMap<ServiceName, ServiceName>,
  start: ServiceName,
): ServiceName[] {
  const way = [start];
  let at: ServiceName | undefined = end;
  while (at !== undefined && at !== start) {
    way.unshift(at);
    at = from.get(at);
  }
  return [start, ...way];
}

/** A file may come later, so a name that is not there is no fault. */
function withWarnings(
  config: ServiceConfig,
  known: ReadonlySet<ServiceName>,
): ServiceConfig {
  const unknown = config.rules.after.filter((name) => !known.has(name));
  if (unknown.length === 0) return config;
  const warnings = unknown.map((name) =>
    `Waits for \`${name}\`, which is not there`
  );
  return { ...config, warnings: [...config.warnings, ...warnings] };
}
