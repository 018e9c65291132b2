/**
 * What a prompt that begins with a slash means: which ones can be run from
 * afar, and which belong to the terminal. Decides only.
 */

import type { SlashCommand } from "../server/protocol/command.ts";
import { atLeast, COMMANDS_SINCE } from "./pi_host.ts";

/** Our own command, which may do what only commands may: replace the session. */
export const NEW_SESSION_COMMAND = "hyper-new";

/** pi's own commands that there is another way to do. */
const OURS: readonly SlashCommand[] = [
  { name: "compact", description: "Compact the conversation" },
  { name: "name", description: "Set the session's name" },
  { name: "new", description: "Start a new session" },
].map((command) => ({ ...command, source: "builtin" }));

/** pi's own commands that need its terminal (all of 1.5.2's). */
const TERMINAL_ONLY = new Set([
  ...["settings", "model", "tree", "thinking", "scoped-models", "export"],
  ...["import", "share", "bug", "copy", "session", "changelog", "hotkeys"],
  ...["fork", "clone", "trust", "login", "logout", "resume", "reload", "quit"],
  ...["mcp"],
]);

export type Slash =
  | { readonly kind: "text" } // No command: to the model, as it is.
  | { readonly kind: "expand" } // pi runs it.
  | { readonly kind: "compact"; readonly instructions: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "new" }
  | { readonly kind: "refused"; readonly reason: string };

/** @param known Names of the commands, templates and skills that pi has. */
export function readSlash(
  text: string,
  known: ReadonlySet<string>,
  version: string,
): Slash {
  const [, name, rest = ""] = text.match(/^\/([\w:.-]+)(?:\s+([\s\S]*))?$/) ??
    [];
  if (!name) return { kind: "text" };
  const needsNewer: Slash = {
    kind: "refused",
    reason: `Cannot run "/${name}": pi ${COMMANDS_SINCE} or newer is needed`,
  };
  const canRun = atLeast(version, COMMANDS_SINCE);
  // An extension's command of the same name does not replace pi's own.
  switch (name) {
    case "compact":
      return { kind: "compact", instructions: rest.trim() };
    case "name":
      return rest.trim()
        ? { kind: "name", name: rest.trim() }
        : { kind: "refused", reason: 'Cannot run "/name": a name is needed' };
    case "new":
      return canRun ? { kind: "new" } : needsNewer;
  }
  if (TERMINAL_ONLY.has(name)) {
    const reason = `Cannot run "/${name}" from here: only in the terminal`;
    return { kind: "refused", reason };
  }
  if (!known.has(name)) return { kind: "text" };
  return canRun ? { kind: "expand" } : needsNewer;
}

/** What can be offered to somebody who types a slash. */
export function offeredCommands(
  known: readonly {
    readonly name: string;
    readonly description?: string;
    readonly source: string;
  }[],
  version: string,
): SlashCommand[] {
  const canRun = atLeast(version, COMMANDS_SINCE);
  const theirs = canRun
    ? known.filter(({ name }) => !name.startsWith(NEW_SESSION_COMMAND))
    : [];
  return [
    ...OURS.filter(({ name }) => canRun || name !== "new"),
    ...theirs.map(({ name, description, source }) => ({
      name,
      description: description ?? "",
      source,
    })),
  ];
}
