/**
 * A fleet: 5,000 agents with an uplink and 200 clients that subscribed.
 *
 * How long a change of status takes to reach all clients, what a client waits
 * for at its start, and what an uplink costs that says nothing.
 */

import { atMost, type Measurement, median, quantile, told } from "./figure.ts";
import type { FleetLoad } from "./fleet_load.ts";
import { Load } from "./load.ts";
import { cpuMs, rssMiB } from "./machine.ts";
import { startTested } from "./tested.ts";

const AGENTS = 5_000;
const CLIENTS = 200;
const SETTLE_MS = 5_000;
const CHANGES = 400;
const CHANGES_PER_S = 50;
const MAX_CHANGE_MS = 100;
const MAX_INIT_MS = 50;

export const fleet: Measurement = {
  name: "fleet",
  about: `${AGENTS} agents and ${CLIENTS} clients`,
  needsBinary: true,
  async run() {
    await using hypivisor = await startTested();
    await using load = await Load.start<FleetLoad>("fleet_load.ts");
    await Bun.sleep(SETTLE_MS);
    const emptyMiB = rssMiB(hypivisor.pid);

    const url = hypivisor.socketUrl("/ws");
    const joining = await load.call("agents", { url, count: AGENTS });
    await Bun.sleep(SETTLE_MS);
    const fullMiB = rssMiB(hypivisor.pid);
    const idleFrom = cpuMs(hypivisor.pid);
    await Bun.sleep(SETTLE_MS);
    const idleCpu = (cpuMs(hypivisor.pid) - idleFrom) / SETTLE_MS;

    const starts = await load.call("clients", { url, count: CLIENTS });
    const busyFrom = cpuMs(hypivisor.pid);
    const paced = await load.call("changes", {
      count: CHANGES,
      perSecond: CHANGES_PER_S,
    });
    const busyCpu = (cpuMs(hypivisor.pid) - busyFrom) / paced.tookMs;
    const alone = await load.call("changes", { count: 40, perSecond: 5 });
    const burst = await load.call("burst", { count: 1_000 });
    return [
      atMost(
        `change to all clients p99, ${CHANGES_PER_S}/s`,
        quantile(paced.lastMs, 0.99),
        MAX_CHANGE_MS,
        "ms",
      ),
      told("change to all clients p50", median(paced.lastMs), "ms"),
      told("change to one client p50", median(paced.eachMs), "ms"),
      told(
        "change to all clients p99, 5/s",
        quantile(alone.lastMs, 0.99),
        "ms",
      ),
      told("processor at this rate", 100 * busyCpu, "% of a core"),
      told("1,000 changes at once to all clients", burst, "ms"),
      atMost(
        "init p99",
        quantile(starts.initMs, 0.99),
        MAX_INIT_MS,
        "ms",
      ),
      told("init p50", median(starts.initMs), "ms"),
      told("subscribe p50", median(starts.subscribeMs), "ms"),
      told("subscribe p99", quantile(starts.subscribeMs, 0.99), "ms"),
      told("init size", starts.initBytes / 1_024, "KiB"),
      told("subscribe size", starts.subscribeBytes / 1_024, "KiB"),
      told("registering", 1_000 * AGENTS / joining, "agents/s"),
      told(
        "memory of an idle uplink",
        (fullMiB - emptyMiB) * 1_024 / AGENTS,
        "KiB",
      ),
      told("memory with all agents", fullMiB, "MiB"),
      told("processor with all idle", 100 * idleCpu, "% of a core"),
    ];
  },
};
