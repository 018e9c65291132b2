/** `hypivisor check`: reads the files of services, with no daemon at all. */

import { homedir } from "node:os";
import { resolve } from "node:path";
import { servicesFolder } from "../../paths.ts";
import { faultsOf, readFolder } from "../../runner/services/config/folder.ts";
import type { Command } from "../command.ts";
import { print, printJson, SERVICE_EXIT, warn } from "../output.ts";
import { JSON_OPTION } from "../target.ts";
import { count } from "../words.ts";
import { faultLine } from "./faults.ts";

export const check: Command = {
  name: "check",
  usage: "[DIR]",
  summary: "Look for faults in the files of services",
  about:
    `Reads the files as reload does and changes nothing. Every fault of every
file is told with its place; the exit code is then 3.`,
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION],
  positionals: { min: 0, max: 1, completion: ["folder"] },
  async run(args) {
    const [dir] = args.words;
    const folder = dir ? resolve(dir) : servicesFolder(process.env);
    const home = process.env.HOME || homedir();
    const read = await readFolder(folder, home);
    const faults = faultsOf(read);
    if (args.flag("json")) {
      printJson({ faults });
      return faults.length > 0 ? SERVICE_EXIT.config : 0;
    }
    if (faults.length > 0) {
      print(faults.map((fault) => `${faultLine(fault)}\n`).join(""));
      return SERVICE_EXIT.config;
    }
    warn(`${count(read.services.length, "service")}, no faults`);
    return 0;
  },
};
