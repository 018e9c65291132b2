/** What `/metrics` says of the moment: nodes and services by state, and who is connected. */

import type { Sample } from "./metrics.ts";
import type { Net } from "./links/net.ts";
import type { NodeStateKind } from "./protocol/node.ts";
import type { ServiceRecord, ServiceStateName } from "./protocol/service.ts";

const KINDS: readonly NodeStateKind[] = [
  "waiting",
  "working",
  "error",
  "done",
  "idle",
  "offline",
  "starting",
];

const SERVICE_STATES: readonly ServiceStateName[] = [
  "running",
  "starting",
  "restarting",
  "stopping",
  "stopped",
  "failed",
  "invalid",
];

/** What is told of each service, by name. */
const OF_SERVICE: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (service: ServiceRecord) => number;
}[] = [
  {
    name: "hypivisor_service_restarts",
    help: "Restarts of a service that nobody asked for",
    value: ({ restarts }) => restarts,
  },
  {
    name: "hypivisor_service_healthy",
    help: "1 unless a service was found unhealthy",
    value: ({ health }) => health.kind === "unhealthy" ? 0 : 1,
  },
  {
    name: "hypivisor_service_log_bytes",
    help: "Size of a service's log, rotated ones not counted",
    value: ({ log }) => log.bytes,
  },
  {
    name: "hypivisor_service_log_lost_lines",
    help: "Lines of a service that could not be written to its log",
    value: ({ log }) => log.lostLines,
  },
];

function serviceGauges(services: readonly ServiceRecord[]): Sample[] {
  return [
    ...SERVICE_STATES.map((state) => ({
      name: "hypivisor_services",
      help: "Services by state",
      labels: { state },
      value: services.filter((one) => one.state.kind === state).length,
    })),
    ...OF_SERVICE.flatMap(({ name, help, value }) =>
      services.map((one) => ({
        name,
        help,
        labels: { service: one.name },
        value: value(one),
      }))
    ),
  ];
}

export async function gauges(net: Net): Promise<Sample[]> {
  // Why there are none is for those to be told who ask for them.
  const services = await net.children?.services.fresh().catch(() => []) ?? [];
  const counts = new Map<NodeStateKind, number>();
  for (const { state } of net.registry.list()) {
    counts.set(state.kind, (counts.get(state.kind) ?? 0) + 1);
  }
  return [
    ...KINDS.map((state) => ({
      name: "hypivisor_nodes",
      help: "Nodes by state",
      labels: { state },
      value: counts.get(state) ?? 0,
    })),
    {
      name: "hypivisor_agents",
      help: "Agents with an uplink",
      value: net.agents.size,
    },
    {
      name: "hypivisor_clients",
      help: "Clients of the registry",
      value: net.clients.size,
    },
    {
      name: "hypivisor_viewers",
      help: "Viewers of conversations",
      value: net.viewers.size,
    },
    {
      name: "hypivisor_terminals",
      help: "Terminals whose program runs",
      value: net.children?.running ?? 0,
    },
    {
      name: "hypivisor_terminal_viewers",
      help: "Sockets on terminals",
      value: net.pipes.size,
    },
    ...serviceGauges(services),
    {
      name: "hypivisor_resident_memory_bytes",
      help: "Memory the daemon uses",
      value: process.memoryUsage.rss(),
    },
  ];
}
