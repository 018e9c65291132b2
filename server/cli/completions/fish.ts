/** Completions for fish, 3 and later. Pure. */

import type { Command, Completion, Option } from "../command.ts";
import { longOf } from "../parse.ts";
import { completionOf, optionsOf, typed } from "./words.ts";

const NONE = "__fish_use_subcommand";

export function fishCompletions(commands: readonly Command[]): string {
  const shown = typed(commands);
  const names = shown.map(({ name }) => name).join(" ");
  return `# fish completions of hypivisor; see: hypivisor completions --help

complete -c hypivisor -f
complete -c hypivisor -n ${NONE} -l help -s h -d 'Print the commands'
complete -c hypivisor -n ${NONE} -l version -d 'Print version and commit'
${
    shown.map(({ name, summary }) => line(NONE, `-a ${name}`, summary)).join(
      "\n",
    )
  }
${line(NONE, "-a help", "Tell more of a command")}
${line(seen("help"), `-a ${quoted(names)}`, "")}
${shown.flatMap(branch).join("\n")}
`;
}

function branch(command: Command): string[] {
  const when = seen(command.name);
  const { completion = [] } = command.positionals;
  return [
    ...optionsOf(command).map((option) =>
      line(when, optionOf(option), option.summary)
    ),
    // fish does not count places: the first says what the command is about.
    ...completion.slice(0, 1).map((one) => line(when, actionOf(one), "")),
  ];
}

function optionOf(option: Option): string {
  const short = option.short ? ` -s ${option.short}` : "";
  const long = `-l ${longOf(option).slice(2)}`;
  if (option.kind === "flag") return long + short;
  const action = actionOf(completionOf(option));
  return `${long}${short} -r${action ? ` ${action}` : ""}`;
}

function actionOf(completion: Completion | undefined): string {
  switch (completion) {
    case undefined:
      return "";
    case "agent":
    case "any":
    case "service":
      return `-a '(hypivisor complete ${completion} 2>/dev/null)'`;
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "file":
      return "-F";
    case "command":
      return "-a '(__fish_complete_command)'";
    default:
      return `-a ${quoted(completion.join(" "))}`;
  }
}

function seen(name: string): string {
  return quoted(`__fish_seen_subcommand_from ${name}`);
}

function line(when: string, what: string, about: string): string {
  const description = about ? ` -d ${quoted(about)}` : "";
  return `complete -c hypivisor -n ${when} ${what}${description}`;
}

/** fish escapes within single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
