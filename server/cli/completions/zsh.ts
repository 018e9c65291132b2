/** Completions for zsh, 5 and later. Pure. */

import type { Command, Completion, Option } from "../command.ts";
import { longOf } from "../parse.ts";
import { completionOf, optionsOf, quoted, typed } from "./words.ts";

export function zshCompletions(commands: readonly Command[]): string {
  const shown = typed(commands);
  return `#compdef hypivisor
# zsh completions of hypivisor; see: hypivisor completions --help

_hypivisor_ids() {
  local -a ids
  ids=("\${(@f)$(hypivisor complete $1 2>/dev/null | sed 's/:/\\\\:/g; s/\t/:/')}")
  [[ -n $ids ]] && _describe -t ids ID ids
}

_hypivisor_commands() {
  local -a commands=(
${
    shown.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`)
      .join("\n")
  }
    'help:Tell more of a command'
  )
  _describe -t commands command commands
}

_hypivisor() {
  if (( CURRENT == 2 )); then
    if [[ $words[2] == -* ]]; then
      _arguments '--help[Print the commands]' '--version[Print version and commit]'
    else
      _hypivisor_commands
    fi
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    help) _hypivisor_commands ;;
${shown.map(branch).join("\n")}
  esac
}

if [[ $funcstack[1] == _hypivisor ]]; then
  _hypivisor "$@"
else
  compdef _hypivisor hypivisor
fi
`;
}

function branch(command: Command): string {
  const { completion = [] } = command.positionals;
  const specs = [
    ...optionsOf(command).flatMap(optionSpecs),
    ...completion.map((one, at) =>
      `${at + 1}:${labelOf(one)}:${actionOf(one)}`
    ),
  ];
  return `    ${command.name})
      _arguments -s ${specs.map(quoted).join(" \\\n        ")} ;;`;
}

function optionSpecs(option: Option): string[] {
  const { short, summary } = option;
  const about = `[${summary.replace(/[[\]\\:]/g, "\\$&")}]`;
  const value = option.kind === "flag"
    ? ""
    : `:${option.value}:${actionOf(completionOf(option))}`;
  const many = option.kind === "list" ? "*" : "";
  // What stands directly behind a long option may also follow "=".
  const equals = option.kind === "flag" ? "" : "=";
  return [
    `${many}${longOf(option)}${equals}${about}${value}`,
    ...short ? [`${many}-${short}${about}${value}`] : [],
  ];
}

function labelOf(completion: Completion): string {
  return typeof completion === "string" ? completion : "word";
}

function actionOf(completion: Completion | undefined): string {
  switch (completion) {
    case undefined:
      return " ";
    case "agent":
    case "any":
    case "service":
      return `_hypivisor_ids ${completion}`;
    case "folder":
      return "_files -/";
    case "file":
      return "_files";
    case "command":
      return "_command_names -e";
    default:
      return `(${completion.join(" ")})`;
  }
}
