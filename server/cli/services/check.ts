/** `hypivisor check`: reads the files of services, with no daemon at all. */

import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { statSync } from "node:fs";
import { HypivisorError } from "../../errors.ts";
import { servicesFolder } from "../../paths.ts";
import type { ConfigFault } from "../../protocol/service.ts";
import { faultsOf, readFolder } from "../../runner/services/config/folder.ts";
import type { Command } from "../command.ts";
import { print, printJson, SERVICE_EXIT, warn } from "../output.ts";
import { JSON_OPTION } from "../target.ts";
import { count } from "../words.ts";
import { faultLine } from "./faults.ts";

export const check: Command = {
  name: "check",
  usage: "[DIR|FILE]",
  summary: "Look for faults in the files of services",
  about:
    `Reads the files as reload does and changes nothing. Every fault of every
file is told with its place; the exit code is then 3.`,
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION, {
    kind: "value",
    name: "data-dir",
    value: "DIR",
    completion: "folder",
    summary: "Taken as by every command; the files are not there",
  }],
  positionals: { min: 0, max: 1, completion: ["file"] },
  async run(args) {
    const [place] = args.words;
    const { faults, files } = place
      ? await checkPlace(resolve(place))
      : await checkFolder(servicesFolder(process.env));
    if (args.flag("json")) {
      printJson({ faults });
      return faults.length > 0 ? SERVICE_EXIT.config : 0;
    }
    if (faults.length > 0) {
      print(faults.map((fault) => `${faultLine(fault)}\n`).join(""));
      return SERVICE_EXIT.config;
    }
    warn(`${count(files, "service")}, no faults`);
    return 0;
  },
};

interface Checked {
  readonly faults: readonly ConfigFault[];
  readonly files: number;
}

async function checkFolder(folder: string): Promise<Checked> {
  const read = await readFolder(folder, process.env.HOME || homedir());
  return { faults: faultsOf(read), files: read.services.length };
}

/** @throws {HypivisorError} `not_found`, or `conflict`. */
async function checkPlace(place: string): Promise<Checked> {
  const found = statSync(place, { throwIfNoEntry: false });
  if (!found) {
    throw new HypivisorError(
      "not_found",
      `Cannot check "${place}": there is no such file or folder`,
    );
  }
  if (found.isDirectory()) return await checkFolder(place);
  if (!place.endsWith(".kdl")) {
    throw new HypivisorError(
      "conflict",
      `Cannot check "${place}": files of services end in .kdl`,
    );
  }
  // With its neighbours, which may declare the same port.
  const { faults } = await checkFolder(dirname(place));
  return { faults: faults.filter(({ file }) => file === place), files: 1 };
}
