/** `hypivisor completions`: what a shell needs to complete our commands. */

import { type Command, UsageError } from "../command.ts";
import { print } from "../output.ts";
import { bashCompletions } from "./bash.ts";
import { fishCompletions } from "./fish.ts";
import { zshCompletions } from "./zsh.ts";

const SHELLS: Readonly<
  Record<string, (commands: readonly Command[]) => string>
> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** @param all The table, which this command is itself a part of. */
export function makeCompletions(all: () => readonly Command[]): Command {
  return {
    name: "completions",
    usage: "SHELL",
    summary: "Print completions for bash, zsh or fish",
    about: `Put one of these into the file that your shell reads at its start:

  bash   ~/.bashrc   source <(hypivisor completions bash)
  zsh    ~/.zshrc    source <(hypivisor completions zsh)    (after compinit)
  fish   once:       hypivisor completions fish \\
                       > ~/.config/fish/completions/hypivisor.fish`,
    options: [],
    positionals: { min: 1, max: 1, completion: [Object.keys(SHELLS)] },
    run(args) {
      const [shell = ""] = args.words;
      const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (make) return print(make(all()));
      throw new UsageError(
        `Unknown shell "${shell}": it must be ${
          Object.keys(SHELLS).join(", ")
        }`,
      );
    },
  };
}
