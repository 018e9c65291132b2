/**
 * Opens terminals for people: a login shell in the home, unless told otherwise.
 */

import { userInfo } from "node:os";
import { HypivisorError } from "../errors.ts";
import { homeOf } from "../home.ts";
import type { ParamsOf } from "../protocol/rpc.ts";
import type {
  TerminalId,
  TerminalRecord,
  TerminalSize,
} from "../protocol/terminal.ts";
import { terminalEnv, type Way } from "./environment.ts";
import { terminalFolder } from "./folder.ts";
import type { Room } from "./room.ts";
import type { RunnerHold } from "./runner_hold.ts";
import type { Terminals } from "./terminals.ts";

/** Until a viewer says how large it is. */
export const DEFAULT_SIZE: TerminalSize = { cols: 100, rows: 30 };

export interface ShellParts {
  readonly hold: RunnerHold;
  readonly terminals: Terminals;
  readonly room: Room;
  readonly way: () => Way;
  readonly env: NodeJS.ProcessEnv;
}

export class Shells {
  readonly #parts: ShellParts;

  constructor(parts: ShellParts) {
    this.#parts = parts;
  }

  /** @throws {HypivisorError} As `terminalFolder` and the runner do. */
  async open(
    choice: ParamsOf<"open_terminal">,
    { isTransient = false, permit = this.#parts.room.take() } = {},
  ): Promise<TerminalRecord> {
    using _permit = permit;
    const { hold, terminals, way, env } = this.#parts;
    const { folder, command, name, cols, rows } = choice;
    if (command && !command[0]) {
      throw new HypivisorError(
        "bad_request",
        "Cannot open a terminal: its command names no program",
      );
    }
    const record = await hold.call("open", {
      id: newTerminalId(),
      kind: "shell",
      command: command ?? [loginShell(env), "-l"],
      folder: await terminalFolder(folder, homeOf(env)),
      env: terminalEnv(env, way()),
      size: {
        cols: cols ?? DEFAULT_SIZE.cols,
        rows: rows ?? DEFAULT_SIZE.rows,
      },
      ...(name?.trim() ? { name: name.trim() } : {}),
      mayWait: true,
      isTransient,
    });
    terminals.set(record);
    return record;
  }

  /** Opens one anew whose runner is gone: same id, program, folder and name. */
  async reopen(lost: TerminalRecord): Promise<TerminalRecord> {
    const { hold, terminals, room, way, env } = this.#parts;
    using _permit = room.take();
    const record = await hold.call("open", {
      id: lost.id,
      kind: "shell",
      command: terminals.commandOf(lost.id),
      folder: await terminalFolder(lost.folder, homeOf(env)),
      env: terminalEnv(env, way()),
      size: lost.size,
      ...(lost.name ? { name: lost.name } : {}),
      mayWait: true,
      isTransient: false,
    });
    terminals.set(record);
    return record;
  }
}

export function newTerminalId(): TerminalId {
  return crypto.randomUUID() as TerminalId;
}

/** A service manager may have started us without `SHELL`. */
function loginShell(env: NodeJS.ProcessEnv): string {
  return env.SHELL || userInfo().shell || "/bin/sh";
}
