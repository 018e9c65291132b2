/** `hypivisor token`: what other machines need to get in. */

import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { readTokenFile } from "../token.ts";
import type { Command } from "./command.ts";
import { print, printJson } from "./output.ts";
import { dataDirOf, JSON_OPTION } from "./target.ts";

export const token: Command = {
  name: "token",
  usage: "",
  summary: "Print the token, for agents on other machines",
  about:
    `Where pi runs on another machine, set HYPIVISOR_WS to this hypivisor's address
and HYPI_TOKEN to the token. Whoever has it can make your agents run commands:
treat it like an SSH key. To replace it, end the hypivisor, delete the file
"token" in its data directory and start it again: all browsers are signed out.`,
  options: [
    {
      kind: "value",
      name: "data-dir",
      value: "DIR",
      completion: "folder",
      summary: "The hypivisor of this data directory",
    },
    JSON_OPTION,
  ],
  positionals: { min: 0, max: 0 },
  run(args) {
    const file = join(dataDirOf(args, process.env), "token");
    const kept = readTokenFile(file);
    if (kept === undefined) {
      throw new HypivisorError(
        "not_found",
        `No token in "${file}": the first start of hypivisor makes one`,
      );
    }
    return args.flag("json") ? printJson({ token: kept }) : print(`${kept}\n`);
  },
};
