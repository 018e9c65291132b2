/** `hypivisor shutdown`: ends the daemon, the runner, and all it has. */

import type { NodeRecord } from "../protocol/node.ts";
import type { ServiceRecord } from "../protocol/service.ts";
import type { TerminalRecord } from "../protocol/terminal.ts";
import { canAsk, confirm } from "./ask.ts";
import { type Command, UsageError } from "./command.ts";
import { connect, type Reached } from "./connect.ts";
import { UnreachableError } from "./connection.ts";
import { fetchAll } from "./everything.ts";
import { shortIds } from "./find.ts";
import { EXIT, printJson, warn } from "./output.ts";
import { askRunner } from "./runner_call.ts";
import { dataDirOf, JSON_OPTION, TARGET_OPTIONS } from "./target.ts";
import { count, nameOf, stateOf, terminalName } from "./words.ts";

/** Listed; what is beyond is counted. */
const LISTED_MAX = 20;

/** Children are given a grace before they are ended by force. */
const END_WITHIN_MS = 30_000;

export const shutdown: Command = {
  name: "shutdown",
  usage: "",
  summary: "End all: agents started here, shells, the daemon",
  about:
    `Says what would end, and asks. Agents that were started by themselves go on.
To end only the daemon, and find all terminals again at its next start, use
Ctrl-C where it runs, or kill.`,
  options: [
    { kind: "flag", name: "yes", short: "y", summary: "Do not ask" },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 0, max: 0 },
  async run(args) {
    const isSure = args.flag("yes");
    if (!isSure && !canAsk()) {
      throw new UsageError(
        "Cannot ask without a terminal: say --yes to end everything",
      );
    }
    const dataDir = dataDirOf(args, process.env);
    let reached: Reached;
    try {
      reached = await connect(args);
    } catch (thrown) {
      const isNobody = thrown instanceof UnreachableError && thrown.isNobody;
      const isLocal = args.value("url") === undefined &&
        !process.env.HYPIVISOR_URL;
      if (!isNobody || !isLocal) throw thrown;
      return await endRunner(dataDir, isSure, thrown, args.flag("json"));
    }
    using _ = reached;
    const { nodes, terminals, services = [] } = await fetchAll(reached.rpc);
    const running = terminals.filter(({ state }) => state.kind === "running");
    const up = services.filter(isUp);
    tell(running, nodes, up);
    if (!isSure && !confirm("End all this?", false)) return EXIT.failed;
    await reached.rpc.call("shutdown", { children: true });
    await Promise.race([reached.rpc.closed, Bun.sleep(END_WITHIN_MS)]);
    return ended(running.length, up.length, args.flag("json"));
  },
};

/** The daemon has ended or was killed; what it started goes on. */
async function endRunner(
  dataDir: string,
  isSure: boolean,
  nobody: Error,
  isJson: boolean,
): Promise<number> {
  const runner = await askRunner(dataDir, "watch");
  if (!runner) throw nobody;
  const { terminals } = runner.result;
  const running = terminals.filter(({ state }) => state.kind === "running");
  const list = await askRunner(dataDir, "services_list");
  const up = list?.result.services.filter(isUp) ?? [];
  warn("No daemon is running, but its runner is.");
  tell(running, [], up);
  if (!isSure && !confirm("End all this?", false)) return EXIT.failed;
  await askRunner(dataDir, "shutdown");
  return ended(running.length, up.length, isJson);
}

/** Whether it has a process, or is about to have one. */
function isUp({ state }: ServiceRecord): boolean {
  return ["starting", "running", "restarting", "stopping"].includes(state.kind);
}

function tell(
  running: readonly TerminalRecord[],
  nodes: readonly NodeRecord[],
  services: readonly ServiceRecord[],
): void {
  const short = shortIds(running.map(({ id }) => id));
  const lines = running.slice(0, LISTED_MAX).map((terminal) => {
    const node = nodes.find(({ id }) => id === terminal.node);
    return node
      ? `  agent ${nameOf(node)}: ${stateOf(node).text.slice(2)}`
      : `  terminal ${short.get(terminal.id)}: ${terminalName(terminal)}`;
  });
  const more = running.length - lines.length;
  if (more > 0) lines.push(`  and ${count(more, "other")}`);
  if (services.length > 0) {
    const names = services.slice(0, LISTED_MAX).map(({ name }) => `${name}`);
    if (names.length < services.length) names.push("…");
    lines.push(`  ${count(services.length, "service")}: ${names.join(", ")}`);
  }
  warn(
    lines.length > 0
      ? `This ends the hypivisor and\n${lines.join("\n")}`
      : "This ends the hypivisor; nothing it started is running.",
  );
}

function ended(terminals: number, services: number, isJson: boolean): number {
  if (isJson) return printJson({ ended: terminals, services });
  const more = services > 0 ? ` and ${count(services, "service")}` : "";
  warn(`Ended, with ${count(terminals, "terminal")}${more}`);
  return EXIT.ok;
}
