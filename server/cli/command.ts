/**
 * What a command is: its name, how it is written, what it takes, what it does.
 *
 * Types, and the one error that a wrong command line is. The table itself is
 * `commands.ts`; help, completions and the parser are made from it.
 */

import { HypivisorError } from "../errors.ts";

/** A command line that cannot be meant: exit code 64, nothing was done. */
export class UsageError extends HypivisorError {
  constructor(message: string) {
    super("bad_request", message);
  }
}

/** What stands at a place of the command line, for completions. */
export type Completion =
  | "agent" // An agent's ID.
  | "any" // The ID of an agent or a terminal.
  | "folder"
  | "file"
  | "service" // A service's name.
  | "command" // One of ours, or a program.
  | readonly string[]; // One of these words; of an option, no other.

interface NamedOption {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly summary: string;
}

export type Option =
  /** `isOn` is set: it is written `--no-NAME` and turns something off. */
  | (NamedOption & { readonly kind: "flag"; readonly isOn?: true })
  | (NamedOption & {
    /** `list`: may be given more than once. */
    readonly kind: "value" | "list";
    /** What help calls the value: `DIR`. */
    readonly value: string;
    readonly completion?: Completion;
  });

/** What may stand after the options; help shows `Command.usage` for it. */
export interface Positionals {
  readonly min: number;
  /** Infinity where the words make up one text. */
  readonly max: number;
  readonly completion?: readonly Completion[];
  /** What stands behind `--` is a command of its own. */
  readonly hasRest?: true;
}

export interface Command {
  readonly name: string;
  /** What follows the name, without options: `ID TEXT`. */
  readonly usage: string;
  /** One line of the list of commands. */
  readonly summary: string;
  /** For `--help`: paragraphs, wrapped at 78 columns. */
  readonly about?: string;
  /** Shown below the options. */
  readonly notes?: string;
  readonly options: readonly Option[];
  readonly positionals: Positionals;
  /** Heading of help's list under which it stands; absent: the first. */
  readonly group?: "services";
  /** Its exit codes are those of `xy`: see `SERVICE_EXIT`. */
  readonly isOfServices?: true;
  /** Not in the list: programs call it, people do not. */
  readonly isHidden?: true;
  /** Resolves to the exit code. */
  run(args: Arguments): Promise<number> | number;
}

/** A command line that was read by a command's options. */
export class Arguments {
  readonly words: readonly string[];
  /** Behind `--`, where the command takes that; undefined without `--`. */
  readonly rest: readonly string[] | undefined;
  readonly #values: ReadonlyMap<string, boolean | readonly string[]>;

  constructor(
    words: readonly string[],
    rest: readonly string[] | undefined,
    values: ReadonlyMap<string, boolean | readonly string[]>,
  ) {
    this.words = words;
    this.rest = rest;
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  value(name: string): string | undefined {
    return this.list(name)[0];
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return typeof value === "object" ? value : [];
  }

  /** @throws {UsageError} unless it is a whole number within the bounds. */
  whole(name: string, min: number, max: number): number | undefined {
    const given = this.value(name);
    if (given === undefined) return undefined;
    const value = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(
      `Cannot use --${name} "${given}": it must be a whole number from ${min} to ${max}`,
    );
  }
}
