/**
 * pi's command line: what it is started with, and which arguments of a caller
 * are passed on.
 *
 * Everything the caller gives is kept from being read as something else: an
 * option as a prompt, a prompt as an option, a file or a command of pi's.
 */

import { HypivisorError } from "../errors.ts";
import type { SpawnChoice } from "../protocol/rpc.ts";

/** Linux takes no single argument over 128 KiB, its end included. */
const ARGUMENT_MAX_BYTES = 128 * 1024 - 1;

interface Allowed {
  readonly names: readonly string[];
  readonly takes: "nothing" | "value";
  /** Why a caller may have it. */
  readonly why: string;
}

/**
 * What a caller may pass to pi (of 1.5.2). Everything else is refused: what
 * loads code or files (`-e`, `--skill`, `--theme`, `--append-system-prompt`,
 * which takes a file's name as well), what carries secrets (`--api-key`), what
 * moves or chooses sessions (`--session-dir`, `-c`, `--fork`, `--no-session`),
 * and what leaves no TUI or no pi-socket behind (`--mode`, `-p`, `-ne`).
 */
export const ALLOWED: readonly Allowed[] = [
  {
    names: ["--approve", "-a"],
    takes: "nothing",
    why: "Answers the trust question by the person who asks for the agent",
  },
  {
    names: ["--no-approve", "-na"],
    takes: "nothing",
    why: "Answers it the other way",
  },
  {
    names: ["--tools", "-t"],
    takes: "value",
    why: "Names tools that pi has anyway",
  },
  {
    names: ["--exclude-tools", "-xt"],
    takes: "value",
    why: "Only takes away",
  },
  { names: ["--no-tools", "-nt"], takes: "nothing", why: "Only takes away" },
  {
    names: ["--no-builtin-tools", "-nbt"],
    takes: "nothing",
    why: "Only takes away",
  },
  { names: ["--no-mcp"], takes: "nothing", why: "Only takes away" },
  { names: ["--no-skills", "-ns"], takes: "nothing", why: "Only takes away" },
  {
    names: ["--no-prompt-templates", "-np"],
    takes: "nothing",
    why: "Only takes away",
  },
  { names: ["--no-themes"], takes: "nothing", why: "Only takes away" },
  {
    names: ["--no-context-files", "-nc"],
    takes: "nothing",
    why: "Only takes away",
  },
  {
    names: ["--provider"],
    takes: "value",
    why: "Tells models of one name apart",
  },
  { names: ["--models"], takes: "value", why: "Which models ^P goes through" },
  { names: ["--tui-mode"], takes: "value", why: "How its screen looks" },
  { names: ["--offline"], takes: "nothing", why: "Only takes away" },
  { names: ["--verbose"], takes: "nothing", why: "Only says more" },
];

/** @throws {HypivisorError} `forbidden` for one that is not on the list. */
export function checkArguments(args: readonly string[]): void {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const allowed = ALLOWED.find(({ names }) => names.includes(arg));
    if (!allowed) {
      throw new HypivisorError(
        "forbidden",
        `Cannot pass "${
          arg.slice(0, 100)
        }" to pi: it is not on the list of what may be passed`,
      );
    }
    if (allowed.takes === "nothing") continue;
    checkValue(arg, args[++at]);
  }
}

/** Which session pi is to begin or go on with. */
export type SessionChoice =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "file"; readonly file: string };

/**
 * The arguments, without the program.
 *
 * @throws {HypivisorError} `forbidden`, `bad_request` or `too_large`.
 */
export function piArguments(
  session: SessionChoice,
  { model, thinking, name, args = [], prompt }: SpawnChoice,
): string[] {
  checkArguments(args);
  if (model !== undefined) checkValue("--model", model);
  const all = [
    ...(session.kind === "id"
      ? ["--session-id", session.id]
      : ["--session", session.file]),
    ...(name?.trim() ? ["--name", asWords(name.trim())] : []),
    ...(model === undefined ? [] : ["--model", model]),
    ...(thinking === undefined ? [] : ["--thinking", thinking]),
    ...args,
    ...(prompt?.trim() ? [asWords(prompt)] : []),
  ];
  for (const arg of all) checkSize(arg);
  return all;
}

/**
 * Text that pi must take as it stands. It takes a leading `-` for an option,
 * `@` for a file and `/` for a command, also behind `--` (1.5.2, 0.74.2); a
 * space before it changes that, and nothing for the model.
 */
function asWords(text: string): string {
  return /^[-@/]/.test(text) ? ` ${text}` : text;
}

function checkValue(option: string, value: string | undefined): void {
  if (value !== undefined && value !== "" && !value.startsWith("-")) return;
  throw new HypivisorError(
    "bad_request",
    `Cannot pass "${option}" to pi: it needs a value that is no option`,
  );
}

function checkSize(arg: string): void {
  if (arg.includes("\0")) {
    throw new HypivisorError(
      "bad_request",
      "Cannot pass a null character to pi",
    );
  }
  if (Buffer.byteLength(arg) <= ARGUMENT_MAX_BYTES) return;
  throw new HypivisorError(
    "too_large",
    `Cannot start pi with more than ${ARGUMENT_MAX_BYTES} bytes: send it as a prompt once the agent is there`,
  );
}
