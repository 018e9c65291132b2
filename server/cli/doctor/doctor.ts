/** `hypivisor doctor`: what works, what does not, and what to do about it. */

import type { Command } from "../command.ts";
import { EXIT, print, printJson } from "../output.ts";
import { type Colour, painter, plain } from "../style.ts";
import { dataDirOf, JSON_OPTION, TARGET_OPTIONS, targetOf } from "../target.ts";
import type { Finding } from "./check.ts";
import { lookAtPi } from "./pi.ts";
import { lookAtPlaces } from "./places.ts";
import { lookAtProcesses } from "./processes.ts";

const COLOURS: { readonly [S in Finding["state"]]: Colour } = {
  ok: "green",
  warn: "yellow",
  fail: "red",
};

export const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "Look whether everything works, and say what to do",
  about: `The exit code is 1 if something fails.`,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 0, max: 0 },
  async run(args) {
    const target = targetOf(args, process.env);
    const isElsewhere = target.kind === "url";
    const dataDir = isElsewhere ? undefined : dataDirOf(args, process.env);
    const findings = [
      ...dataDir === undefined ? [] : lookAtPlaces(dataDir),
      ...await lookAtProcesses(target, dataDir),
      ...isElsewhere ? [] : await lookAtPi(process.env),
    ];
    if (args.flag("json")) printJson(findings);
    else print(findings.map(line).join(""));
    const hasFailed = findings.some(({ state }) => state === "fail");
    return hasFailed ? EXIT.failed : EXIT.ok;
  },
};

function line({ state, what, found, todo }: Finding): string {
  const paint = painter(process.stdout);
  const sign = paint(state.padEnd(5), COLOURS[state]);
  const advice = todo ? `\n${" ".repeat(16)}${plain(todo)}` : "";
  return `${sign} ${what.padEnd(10)}${plain(found)}${advice}\n`;
}
