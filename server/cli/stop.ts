/** `hypivisor stop`: stops services, has an agent quit, or ends a terminal. */

import { type Arguments, type Command, UsageError } from "./command.ts";
import { connect } from "./connect.ts";
import { fetchOne } from "./everything.ts";
import { idOf, labelOf } from "./find.ts";
import { EXIT, printJson, warn } from "./output.ts";
import { isXy } from "./program.ts";
import type { RpcSocket } from "./rpc_socket.ts";
import {
  ALL_OPTION,
  choiceOf,
  listServices,
  NOW_OPTION,
  report,
  stopServices,
} from "./services/acts.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";

export const stop: Command = {
  name: "stop",
  usage: "NAME…|ID",
  summary: "Stop services, an agent or a terminal",
  about:
    `A service is stopped if it has exactly that name, and stays so until it is
started; --all stops every service. Else an agent or a terminal is meant: an
agent quits as if a person had told it to, and hypivisor resume ID goes on with
it; a terminal is closed, with all that runs in it.`,
  isOfServices: true,
  options: [
    ALL_OPTION,
    NOW_OPTION,
    {
      kind: "flag",
      name: "force",
      short: "f",
      summary: "Do not wait for an agent to quit",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 0, max: Infinity, completion: ["any"] },
  async run(args) {
    const choice = choiceOf(args);
    using reached = await connect(args);
    const { rpc } = reached;
    if ("all" in choice || isXy() || await areServices(args.words, rpc)) {
      return report(args, await stopServices(rpc, choice, args.flag("now")));
    }
    const [id = "", other] = args.words;
    if (other !== undefined) {
      throw new UsageError("Stop one agent or terminal at a time");
    }
    return await stopOne(id, args, rpc);
  },
};

/** Several words can only be services. */
async function areServices(
  words: readonly string[],
  rpc: RpcSocket,
): Promise<boolean> {
  // Of old: a daemon without services.
  const services = await listServices(rpc).catch(() => []);
  const names = new Set<string>(services.map(({ name }) => name));
  return words.some((word) => names.has(word));
}

async function stopOne(
  id: string,
  args: Arguments,
  rpc: RpcSocket,
): Promise<number> {
  const found = await fetchOne(rpc, id, "service, agent or terminal");
  if (found.kind === "agent") {
    const force = args.flag("force");
    await rpc.call("stop_agent", { node: found.node.id, force });
  } else {
    await rpc.call("close_terminal", { terminal: found.terminal.id });
  }
  if (args.flag("json")) return printJson({ id: idOf(found) });
  warn(`${labelOf(found)} has ended`);
  return EXIT.ok;
}
