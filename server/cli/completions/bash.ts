/** Completions for bash, 3.2 and later. Pure. */

import type { Command, Completion } from "../command.ts";
import { completionOf, optionsOf, quoted, spellings, typed } from "./words.ts";

export function bashCompletions(commands: readonly Command[]): string {
  const shown = typed(commands);
  const names = [...shown.map(({ name }) => name), "help"];
  return `# bash completions of hypivisor; see: hypivisor completions --help

_hypivisor_words() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_hypivisor_paths() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$1" -- "$cur"))
  compopt -o filenames 2>/dev/null
}

_hypivisor_ids() {
  _hypivisor_words "$(hypivisor complete "$1" 2>/dev/null | cut -f 1)"
}

_hypivisor() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local command= place=0 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
${shown.flatMap(skips).join("\n")}
      *" -"*) ;;
      *) if [ -z "$command" ]; then command=\${COMP_WORDS[i]}; else place=$((place + 1)); fi ;;
    esac
  done
  case "$command $prev" in
${shown.flatMap(values).join("\n")}
  esac
  case "$cur" in
    -*)
      case "$command" in
        "") _hypivisor_words ${wordList(["--help", "--version"])} ;;
${shown.map(options).join("\n")}
      esac
      return ;;
  esac
  case "$command $place" in
    " 0") _hypivisor_words ${wordList(names)} ;;
    "help 0") _hypivisor_words ${wordList(names)} ;;
${shown.flatMap(places).join("\n")}
  esac
}

complete -F _hypivisor hypivisor
`;
}

/** Options that have a value: the word behind them is not a place. */
function skips(command: Command): string[] {
  const valued = optionsOf(command).filter(({ kind }) => kind !== "flag");
  const patterns = valued.flatMap(spellings)
    .map((word) => quoted(`${command.name} ${word}`));
  return patterns.length > 0
    ? [`      ${patterns.join("|")}) i=$((i + 1)) ;;`]
    : [];
}

function values(command: Command): string[] {
  return optionsOf(command).filter(({ kind }) => kind !== "flag")
    .map((option) => {
      const patterns = spellings(option)
        .map((word) => quoted(`${command.name} ${word}`)).join("|");
      const action = actionOf(completionOf(option));
      return `    ${patterns}) ${action ? `${action}; ` : ""}return ;;`;
    });
}

function options(command: Command): string {
  const words = optionsOf(command).flatMap(spellings);
  return `        ${command.name}) _hypivisor_words ${wordList(words)} ;;`;
}

function places({ name, positionals }: Command): string[] {
  return (positionals.completion ?? []).map((completion, at) =>
    `    ${quoted(`${name} ${at}`)}) ${actionOf(completion)} ;;`
  );
}

function actionOf(completion: Completion | undefined): string {
  switch (completion) {
    case undefined:
      return "";
    case "agent":
    case "any":
    case "service":
      return `_hypivisor_ids ${completion}`;
    case "folder":
      return "_hypivisor_paths -d";
    case "file":
      return "_hypivisor_paths -f";
    case "command":
      return "_hypivisor_paths -c";
    default:
      return `_hypivisor_words ${wordList(completion)}`;
  }
}

/** One a line, as `_hypivisor_words` splits them. */
function wordList(words: readonly string[]): string {
  return `$'${words.join("\\n").replaceAll("'", "\\'")}'`;
}
