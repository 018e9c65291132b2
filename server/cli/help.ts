/** Help texts, made from the command table. Pure. */

import { VERSION } from "../build_info.ts";
import type { Command, Option } from "./command.ts";
import { HELP, longOf } from "./parse.ts";

/** Where the explanations begin. */
const COMMAND_COLUMN = 25;
const OPTION_COLUMN = 25;
const SERVICES_COLUMN = 10;
const COLUMNS = 79;

/** What `hypivisor help services` is asked by. */
export const SERVICES = "services";

/** `hypivisor --help`: fits a terminal of 24 lines. */
export function overview(commands: readonly Command[]): string {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const names = shown.filter(({ group }) => group === SERVICES)
    .map(({ name }) => name).join(", ");
  return `hypivisor ${VERSION} - every running pi in one live page
Usage: hypivisor [COMMAND]

${lines(shown.filter(({ group }) => group === undefined))}
${beside("Services:", SERVICES_COLUMN, names)}

hypivisor COMMAND --help tells more, help services of those.
`;
}

/** `hypivisor help services`. */
export function servicesOverview(commands: readonly Command[]): string {
  return `Services: programs that are kept running, each by a file of its own,
~/.config/hypivisor/services/NAME.kdl, for instance:
  command "npx" "-y" "@modelcontextprotocol/server-github"; transport "stdio"

${lines(ofServices(commands))}

Exit codes: 0, 1 (it did not work), 2 (no hypivisor answers), 3 (a fault in a
file), 64 (wrong command line). Started as "xy" it speaks as xy does.
`;
}

/** `xy --help`. */
export function xyOverview(commands: readonly Command[]): string {
  return `xy: the services of hypivisor ${VERSION}
Usage: xy COMMAND

${beside("  daemon", COMMAND_COLUMN, "Run the daemon in the foreground")}
${lines(ofServices(commands))}

xy COMMAND --help tells more. Exit codes: 0, 1 (it did not work), 2 (no daemon
answers), 3 (a fault in a file), 64 (wrong command line).
`;
}

function ofServices(commands: readonly Command[]): Command[] {
  return commands.filter(({ group, name }) =>
    group === SERVICES || name === "stop"
  );
}

function lines(commands: readonly Command[]): string {
  return commands.map(({ name, usage, summary }) =>
    beside(`  ${`${name} ${usage}`.trim()}`, COMMAND_COLUMN, summary)
  ).join("\n");
}

/** `hypivisor COMMAND --help`, by the name it was started by. */
export function helpOf(command: Command, program = "hypivisor"): string {
  const { name, usage, summary, about, notes } = command;
  const options = [...command.options, HELP].map(optionLine).join("\n");
  return [
    `${program} ${name} - ${summary.slice(0, 1).toLowerCase()}${
      summary.slice(1)
    }`,
    `Usage: ${program} ${`${name} ${usage}`.trim()}${
      command.options.length > 0 ? " [OPTIONS]" : ""
    }`,
    about,
    `Options:\n${options}`,
    notes,
  ].filter(Boolean).join("\n\n") + "\n";
}

function optionLine(option: Option): string {
  const { short, summary } = option;
  const start = short ? `  -${short}, ` : "      ";
  const value = option.kind === "flag" ? "" : ` ${option.value}`;
  return beside(start + longOf(option) + value, OPTION_COLUMN, summary);
}

/** A word, and its explanation beside it, wrapped below itself. */
function beside(word: string, column: number, text: string): string {
  const lines = wrap(text, COLUMNS - column);
  const first = word.length < column
    ? [`${word.padEnd(column)}${lines[0]}`]
    : [word, `${" ".repeat(column)}${lines[0]}`];
  return [
    ...first,
    ...lines.slice(1).map((line) => " ".repeat(column) + line),
  ].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
