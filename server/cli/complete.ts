/**
 * `hypivisor complete`: IDs for the shells' completions, each with its name.
 * Asks nothing and complains of nothing: somebody is typing.
 */

import type { Command } from "./command.ts";
import { connect } from "./connect.ts";
import { HypivisorError } from "../errors.ts";
import { fetchAll } from "./everything.ts";
import { allOf, idOf, labelOf, shortIds } from "./find.ts";
import { EXIT, print } from "./output.ts";
import { TARGET_OPTIONS } from "./target.ts";

/** bash expands what it completes: an ID with a "$" in it is not offered. */
const SAFE = /^[\w.@:+-]+$/;

export const complete: Command = {
  name: "complete",
  usage: "agent|any|service",
  summary: "Print IDs and names for a shell's completions",
  options: TARGET_OPTIONS,
  positionals: { min: 1, max: 1, completion: [["agent", "any", "service"]] },
  isHidden: true,
  async run(args) {
    try {
      using reached = await connect(args);
      const start = await fetchAll(reached.rpc);
      const services = (start.services ?? [])
        .map(({ name, state }) => `${name}\t${state.kind}\n`).join("");
      if (args.words[0] === "service") return print(services);
      const all = allOf(start);
      const short = shortIds(all.map(idOf));
      const wanted = all.filter((one) =>
        SAFE.test(idOf(one)) &&
        (one.kind === "agent" || args.words[0] === "any")
      );
      return print(
        wanted.map((one) => `${short.get(idOf(one))}\t${labelOf(one)}\n`)
          .join("") + (args.words[0] === "any" ? services : ""),
      );
    } catch (thrown) {
      if (!(thrown instanceof HypivisorError)) throw thrown;
      return EXIT.failed;
    }
  },
};
