/** Help texts, made from the command table. Pure. */

import { VERSION } from "../build_info.ts";
import type { Command, Option } from "./command.ts";
import { HELP, longOf } from "./parse.ts";

/** Where the explanations begin. */
const COMMAND_COLUMN = 25;
const OPTION_COLUMN = 25;
const COLUMNS = 79;

/** `hypivisor --help`: fits a terminal of 24 lines. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.filter(({ isHidden }) => !isHidden)
    .map(({ name, usage, summary }) =>
      beside(`  ${`${name} ${usage}`.trim()}`, COMMAND_COLUMN, summary)
    );
  return `hypivisor ${VERSION} - every running pi in one live page

Usage: hypivisor [COMMAND]

${lines.join("\n")}

hypivisor COMMAND --help tells more. --version prints version and commit.
`;
}

/** `hypivisor COMMAND --help`. */
export function helpOf(command: Command): string {
  const { name, usage, summary, about, notes } = command;
  const options = [...command.options, HELP].map(optionLine).join("\n");
  return [
    `hypivisor ${name} - ${summary.slice(0, 1).toLowerCase()}${
      summary.slice(1)
    }`,
    `Usage: hypivisor ${`${name} ${usage}`.trim()}${
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
