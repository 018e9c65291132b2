/** `hypivisor rename`: names an agent's session, or a terminal. */

import { HypivisorError } from "../errors.ts";
import type { Command } from "./command.ts";
import { connect } from "./connect.ts";
import { fetchOne } from "./everything.ts";
import { idOf } from "./find.ts";
import { EXIT, printJson } from "./output.ts";
import { plain } from "./style.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";

export const rename: Command = {
  name: "rename",
  usage: "ID NAME",
  summary: "Name an agent or a terminal",
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 2, max: 2, completion: ["any"] },
  async run(args) {
    using reached = await connect(args);
    const [word = "", name = ""] = args.words;
    const found = await fetchOne(reached.rpc, word);
    if (found.kind === "agent") {
      const node = found.node.id;
      const { state, reason } = await reached.rpc.call("rename", {
        node,
        name,
      });
      if (state === "refused") {
        throw new HypivisorError(
          "conflict",
          `The agent refused it: ${plain(reason ?? "it gave no reason")}`,
        );
      }
    } else {
      const terminal = found.terminal.id;
      await reached.rpc.call("rename_terminal", { terminal, name });
    }
    if (args.flag("json")) return printJson({ id: idOf(found), name });
    return EXIT.ok;
  },
};
