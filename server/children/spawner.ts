/**
 * Starts and ends agents: pi in a terminal of the runner, on a session that
 * nobody else has open.
 *
 * Everything is checked before anything is made. What becomes of an agent after
 * its terminal is open is for `starts.ts` to see.
 */

import { existsSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import { homeOf } from "../home.ts";
import { logger } from "../log.ts";
import type { NodeId, NodeRecord, UnixMs } from "../protocol/node.ts";
import type { ParamsOf, SpawnChoice, Spawning } from "../protocol/rpc.ts";
import type { TerminalRecord } from "../protocol/terminal.ts";
import { piArguments, type SessionChoice } from "./arguments.ts";
import { agentEnv, type Way } from "./environment.ts";
import { agentFolder } from "./folder.ts";
import type { Room } from "./room.ts";
import { END_WITHIN_MS } from "./runner_client.ts";
import type { RunnerHold } from "./runner_hold.ts";
import { readSessionFile } from "./session_file.ts";
import { newTerminalId } from "./shells.ts";
import type { Roster } from "./starts.ts";
import type { Terminals } from "./terminals.ts";

const log = logger("spawner");

/** pi's TUI at its best, until somebody looks. */
const SIZE = { cols: 120, rows: 36 };

/**
 * How a person quits pi: ^C twice, and once more for a dialog that takes the
 * first. Works while it thinks and while a tool runs (1.5.2: 0.1 s).
 */
const QUIT_KEYS = "\x03\x03\x03";

/** A pi that is still there by then does not listen to keys. */
const QUIT_PATIENCE_MS = 5_000;

export interface SpawnerParts {
  readonly hold: RunnerHold;
  readonly terminals: Terminals;
  readonly roster: Roster;
  readonly room: Room;
  readonly way: () => Way;
  readonly machine: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => UnixMs;
  /** Told of each that could not be started. */
  readonly failed: () => void;
}

/** What is to be started, checked. */
interface Plan {
  readonly session: SessionChoice;
  /** Of the session, and of the node. */
  readonly id: string;
  readonly folder: string;
  readonly args: readonly string[];
  readonly name: string | undefined;
}

export class Spawner {
  readonly #parts: SpawnerParts;
  /** Sessions that are being started. */
  readonly #claimed = new Set<string>();

  constructor(parts: SpawnerParts) {
    this.#parts = parts;
  }

  /** @throws {HypivisorError} In the original's words where it has some. */
  async spawn(
    { path, new_folder = "", session, ...choice }: ParamsOf<"spawn_agent">,
  ): Promise<Spawning> {
    if (session !== undefined) return await this.#goOn(session, choice);
    const id = crypto.randomUUID();
    const begun = { kind: "id", id } as const;
    // Before the folder is made: what is refused leaves nothing behind.
    const args = piArguments(begun, choice);
    using claim = this.#claim(id);
    const folder = await this.#folder(path, new_folder.trim());
    return await this.#start(
      { session: begun, id, folder, args, name: choice.name },
      claim,
    );
  }

  /**
   * Starts the session of an agent that is away, in its folder.
   *
   * @throws {HypivisorError} `not_found`, or `conflict` if it cannot be.
   */
  async resume(node: NodeId, choice: SpawnChoice): Promise<Spawning> {
    const { roster, machine } = this.#parts;
    const record = roster.get(node);
    if (record.machine !== machine) {
      throw new HypivisorError(
        "conflict",
        `Cannot resume node "${node}": its session is on "${record.machine}"`,
      );
    }
    const file = record.session?.file;
    if (file !== undefined && existsSync(file)) {
      return await this.#goOn(file, choice);
    }
    // Nothing was ever said in it: pi has kept no file.
    const id = record.session?.id ?? node.replace(/~.*/, "");
    const session = { kind: "id", id } as const;
    const args = piArguments(session, choice);
    using claim = this.#claim(id);
    const folder = await this.#folder(record.cwd, "");
    return await this.#start(
      { session, id, folder, args, name: choice.name },
      claim,
    );
  }

  /**
   * Resolves when the agent's process, and what it left behind, is gone.
   *
   * @throws {HypivisorError} `not_found`, or `conflict` if it is not ours.
   */
  async stop(node: NodeId, isForced: boolean): Promise<void> {
    const { hold, roster, terminals, now } = this.#parts;
    const record = roster.get(node);
    const terminal = this.#terminalOf(node)?.id;
    if (!terminal) {
      const why = roster.isLive(node)
        ? "it was not started here. Quit it in its own terminal"
        : "it is not running";
      throw new HypivisorError(
        "conflict",
        `Cannot stop node "${node}": ${why}`,
      );
    }
    const isLive = roster.isLive(node);
    // Before it is there it has nothing to lose, and its question takes keys
    // for an answer.
    const isAsked = isLive && !isForced;
    if (!isLive) roster.fail(node, "Stopped before it was ready", now());
    const ended = await hold.call(
      "end",
      isAsked
        ? { terminal, keys: QUIT_KEYS, patienceMs: QUIT_PATIENCE_MS }
        : { terminal },
      QUIT_PATIENCE_MS + END_WITHIN_MS,
    );
    // The runner's own word on it may come a moment later.
    if (terminals.find(terminal)) terminals.set(ended);
    log.info("agent_stopped", { node, cwd: record.cwd, isForced });
  }

  async #goOn(path: string, choice: SpawnChoice): Promise<Spawning> {
    const { file, id, cwd } = await readSessionFile(path, this.#parts.env);
    const session = { kind: "file", file } as const;
    const args = piArguments(session, choice);
    using claim = this.#claim(id, file);
    // pi works where the session says, wherever it is started.
    const folder = await this.#folder(cwd, "");
    return await this.#start(
      { session, id, folder, args, name: choice.name },
      claim,
    );
  }

  #folder(path: string, newFolder: string): Promise<string> {
    return agentFolder(path, newFolder, homeOf(this.#parts.env));
  }

  /** @param _claim Held by the caller until this is done. */
  async #start(plan: Plan, _claim: Disposable): Promise<Spawning> {
    const { roster, machine, now, failed } = this.#parts;
    const node = plan.id as NodeId;
    roster.spawn(
      { id: node, machine, cwd: plan.folder, port: 0 },
      {
        session: {
          id: plan.id,
          ...(plan.session.kind === "file" ? { file: plan.session.file } : {}),
          ...(plan.name ? { name: plan.name } : {}),
        },
      },
      now(),
    );
    try {
      const terminal = await this.#open(plan, node);
      log.info("agent_spawned", { node, cwd: plan.folder });
      return {
        status: "spawning",
        path: plan.folder,
        node,
        terminal: terminal.id,
      };
    } catch (thrown) {
      failed();
      const { code, message } = thrown instanceof HypivisorError
        ? thrown
        : new HypivisorError("internal", "Internal error");
      log.warn("spawn_failed", { node, why: message });
      roster.fail(node, message, now());
      throw new HypivisorError(code, `Failed to spawn: ${message}`, {
        cause: thrown,
      });
    }
  }

  async #open(plan: Plan, node: NodeId): Promise<TerminalRecord> {
    const { hold, terminals, way, env } = this.#parts;
    const pi = Bun.which("pi", { PATH: env.PATH ?? "" });
    if (!pi) {
      throw new HypivisorError(
        "unavailable",
        'Cannot find "pi" on the PATH of hypivisor: install it with npm install -g @earendil-works/pi-coding-agent, or start hypivisor from a shell that finds it',
      );
    }
    const earlier = terminals.list().filter((one) => one.node === node);
    const record = await hold.call("open", {
      id: newTerminalId(),
      kind: "agent",
      node,
      command: [pi, ...plan.args],
      folder: plan.folder,
      env: agentEnv(env, way()),
      size: SIZE,
      mayWait: false,
      isTransient: false,
    });
    terminals.set(record);
    if (record.state.kind === "failed") {
      throw new HypivisorError("unavailable", record.state.reason);
    }
    // They have ended, or this one could not have been started.
    for (const { id } of earlier) {
      hold.call("close", { terminal: id }).catch((thrown) =>
        log.warn("ended_terminal_kept", { why: (thrown as Error).message })
      );
    }
    return record;
  }

  /**
   * Keeps the session, and room for a terminal, until disposed.
   *
   * @throws {HypivisorError} `conflict` if somebody has the session,
   *   `unavailable` if too many terminals run.
   */
  #claim(id: string, file?: string): Disposable {
    const holder = this.#holderOf(id, file);
    if (holder) {
      const how = this.#terminalOf(holder.id)
        ? `Attach to it with hypivisor attach ${holder.id}`
        : "It runs in a terminal of its own";
      throw new HypivisorError(
        "conflict",
        `Cannot open session "${id}" twice: node "${holder.id}" has it. ${how}`,
      );
    }
    if (this.#claimed.has(id)) {
      throw new HypivisorError(
        "conflict",
        `Cannot open session "${id}" twice: it is being started. Attach to it with hypivisor attach ${id}`,
      );
    }
    const claim = new DisposableStack();
    claim.use(this.#parts.room.take());
    claim.defer(() => void this.#claimed.delete(id));
    this.#claimed.add(id);
    return claim;
  }

  #holderOf(id: string, file: string | undefined): NodeRecord | undefined {
    const { roster, machine } = this.#parts;
    return roster.list().find((node) => {
      const isSame = node.id === id || node.session?.id === id ||
        (file !== undefined && node.session?.file === file);
      if (!isSame || node.machine !== machine) return false;
      return roster.isLive(node.id) || this.#terminalOf(node.id) !== undefined;
    });
  }

  #terminalOf(node: NodeId): TerminalRecord | undefined {
    return this.#parts.terminals.list().find((one) =>
      one.kind === "agent" && one.node === node && one.state.kind === "running"
    );
  }
}
