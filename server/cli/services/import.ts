/** `hypivisor import xy`: its files become ours. */

import { join } from "node:path";
import { importXy } from "../../mcp/import_xy_folder.ts";
import { configHome, servicesFolder } from "../../paths.ts";
import { type Command, UsageError } from "../command.ts";
import { EXIT, print, printJson, warn } from "../output.ts";
import { JSON_OPTION } from "../target.ts";

export const importServices: Command = {
  name: "import",
  usage: "xy",
  summary: "Copy the files of services that xy has",
  about:
    `From ~/.config/xy/servers, each with what must change; never over a file
that is there. Then: hypivisor reload.`,
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION],
  positionals: { min: 1, max: 1, completion: [["xy"]] },
  run(args) {
    const [from = ""] = args.words;
    if (from !== "xy") throw new UsageError(`Unknown argument "${from}"`);
    const source = join(configHome(process.env), "xy", "servers");
    const files = importXy({ from: source, to: servicesFolder(process.env) });
    if (args.flag("json")) return printJson(files);
    if (files.length === 0) warn(`No files in "${source}"`);
    for (const { file, what, notes } of files) {
      print([`${what}: ${file}`, ...notes].join("\n  ") + "\n");
    }
    return files.some(({ what }) => what === "unreadable")
      ? EXIT.failed
      : EXIT.ok;
  },
};
