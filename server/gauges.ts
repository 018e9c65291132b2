/** What `/metrics` says of the moment: nodes by state, and who is connected. */

import type { Sample } from "./metrics.ts";
import type { Net } from "./links/net.ts";
import type { NodeStateKind } from "./protocol/node.ts";

const KINDS: readonly NodeStateKind[] = [
  "waiting",
  "working",
  "error",
  "done",
  "idle",
  "offline",
  "starting",
];

export function gauges(net: Net): Sample[] {
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
    {
      name: "hypivisor_resident_memory_bytes",
      help: "Memory the daemon uses",
      value: process.memoryUsage.rss(),
    },
  ];
}
