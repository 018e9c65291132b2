/** `hypivisor stop`: has an agent quit, or ends a terminal. */

import type { Command } from "./command.ts";
import { connect } from "./connect.ts";
import { fetchOne } from "./everything.ts";
import { idOf, labelOf } from "./find.ts";
import { EXIT, printJson, warn } from "./output.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";

export const stop: Command = {
  name: "stop",
  usage: "ID",
  summary: "Have an agent quit, or end a terminal",
  about:
    `An agent quits as if a person had told it to, and is ended by force if it does
not. Its conversation stays: hypivisor resume ID goes on with it. A terminal is
closed, with all that runs in it.`,
  options: [
    {
      kind: "flag",
      name: "force",
      short: "f",
      summary: "Do not wait for the agent to quit",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 1, max: 1, completion: ["any"] },
  async run(args) {
    using reached = await connect(args);
    const found = await fetchOne(reached.rpc, args.words[0] ?? "");
    if (found.kind === "agent") {
      const force = args.flag("force");
      await reached.rpc.call("stop_agent", { node: found.node.id, force });
    } else {
      await reached.rpc.call("close_terminal", { terminal: found.terminal.id });
    }
    if (args.flag("json")) return printJson({ id: idOf(found) });
    warn(`${labelOf(found)} has ended`);
    return EXIT.ok;
  },
};
