/**
 * Reads a command line by a command's options. Strict: what is not known is
 * refused, with what was probably meant.
 */

import { parseArgs } from "@std/cli/parse-args";
import { Arguments, type Command, type Option, UsageError } from "./command.ts";
import { suggest } from "./suggest.ts";

/** What every command knows. */
export const HELP: Option = {
  kind: "flag",
  name: "help",
  short: "h",
  summary: "Print this",
};

/** @throws {UsageError} naming what is wrong with it. */
export function parse(args: readonly string[], command: Command): Arguments {
  const options = [...command.options, HELP];
  const flags = options.filter(({ kind }) => kind === "flag");
  const valued = options.filter(({ kind }) => kind !== "flag");
  const names = valued.map(({ name }) => name);
  const parsed = parseArgs(explicit(args, options), {
    "--": true,
    boolean: flags.map(({ name }) => name),
    string: ["_", ...names],
    // All of them, so that the same one twice is noticed.
    collect: names,
    negatable: flags.filter(isOn).map(({ name }) => name),
    default: Object.fromEntries(flags.map((flag) => [flag.name, isOn(flag)])),
    unknown: (arg) =>
      arg.startsWith("-") && arg !== "-"
        ? unknownOption(arg, options)
        : undefined,
  });
  const values = new Map<string, boolean | readonly string[]>();
  for (const { name } of flags) values.set(name, parsed[name] as boolean);
  for (const option of valued) {
    values.set(option.name, given(option, parsed[option.name] as string[]));
  }
  const behind = parsed["--"] as string[];
  const { hasRest } = command.positionals;
  const words = [...parsed._ as string[], ...hasRest ? [] : behind];
  const rest = hasRest && args.includes("--") ? behind : undefined;
  if (!values.get("help")) checkWords(words, command);
  return new Arguments(words, rest, values);
}

function isOn(option: Option): boolean {
  return option.kind === "flag" && option.isOn === true;
}

/**
 * Writes every option in its long form, and a flag with its value. The parser
 * would take a "true" or "false" behind a flag for that, which may be what is
 * to be sent, and of `-fn7` it makes `-f n7`.
 */
function explicit(args: readonly string[], options: readonly Option[]) {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const long = new Set(
    options.filter(({ kind }) => kind === "flag").map(longOf),
  );
  return args.flatMap((arg, at) => {
    if (at >= end) return [arg];
    if (/^-[^-]/.test(arg)) return spread(arg.slice(1), options);
    return [long.has(arg) && !arg.startsWith("--no-") ? `${arg}=true` : arg];
  });
}

/** `fn7` as `--follow=true`, `--lines=7`. */
function spread(letters: string, options: readonly Option[]): string[] {
  const [letter = "", rest = ""] = [letters.slice(0, 1), letters.slice(1)];
  const option = options.find(({ short }) => short === letter);
  if (!option) return [`-${letter}`];
  if (option.kind !== "flag") {
    const value = rest.replace(/^=/, "");
    return [`--${option.name}${rest === "" ? "" : `=${value}`}`];
  }
  const more = rest === "" ? [] : spread(rest, options);
  return [`--${option.name}=true`, ...more];
}

/** As it is written: `--no-store`, `--port`. */
export function longOf(option: Option): string {
  return `--${isOn(option) ? "no-" : ""}${option.name}`;
}

function given(option: Option, values: readonly string[]) {
  const { name, kind } = option;
  const choices = kind === "flag" ? undefined : option.completion;
  if (kind === "value" && values.length > 1) {
    throw new UsageError(`Option --${name} is given more than once`);
  }
  if (values.includes("")) {
    throw new UsageError(
      `Option --${name} needs a value. One that begins with "-" is written --${name}=VALUE`,
    );
  }
  const wrong = typeof choices === "object"
    ? values.find((value) => !choices.includes(value))
    : undefined;
  if (wrong === undefined) return values;
  throw new UsageError(
    `Cannot use --${name} "${wrong}": it must be one of ${
      [...choices ?? []].join(", ")
    }`,
  );
}

function unknownOption(arg: string, options: readonly Option[]): never {
  const [name = arg] = arg.split("=", 1);
  throw new UsageError(
    `Unknown option "${name}"${suggest(name, options.map(longOf))}`,
  );
}

function checkWords(words: readonly string[], command: Command): void {
  const { min, max } = command.positionals;
  if (words.length < min) {
    throw new UsageError(
      `Command "${command.name}" needs ${command.usage}`,
    );
  }
  const extra = words[max];
  if (extra !== undefined) {
    throw new UsageError(`Unknown argument "${extra}"`);
  }
}
