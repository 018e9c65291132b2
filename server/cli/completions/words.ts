/** What the shells' completions are made of. Pure. */

import type { Command, Completion, Option } from "../command.ts";
import { HELP, longOf } from "../parse.ts";

/** Commands that people type, and `help`. */
export function typed(commands: readonly Command[]): Command[] {
  return commands.filter(({ isHidden }) => !isHidden);
}

export function optionsOf(command: Command): Option[] {
  return [...command.options, HELP];
}

/** All spellings. */
export function spellings(option: Option): string[] {
  const { short } = option;
  return [...short ? [`-${short}`] : [], longOf(option)];
}

export function completionOf(option: Option): Completion | undefined {
  return option.kind === "flag" ? undefined : option.completion;
}

/** In single quotes for any of the shells. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
