/**
 * The daemon's side of what the runner owns: the terminals that are known, and
 * what may be asked for. Made by `app.ts`; used by calls and links.
 */

import type { NodeId } from "../protocol/node.ts";
import type {
  DaemonFacts,
  ParamsOf,
  SpawnChoice,
  Spawning,
} from "../protocol/rpc.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";

/** What calls need of it. */
export interface Children {
  /** Null while there is no runner. */
  readonly runner: DaemonFacts["runner"];
  list(): readonly TerminalRecord[];
  /** @throws {HypivisorError} `not_found`. */
  get(id: TerminalId): TerminalRecord;
  open(choice: ParamsOf<"open_terminal">): Promise<TerminalRecord>;
  close(id: TerminalId): Promise<void>;
  restart(id: TerminalId): Promise<TerminalRecord>;
  rename(id: TerminalId, name: string): Promise<TerminalRecord>;
  tail(id: TerminalId, lines: number): Promise<string>;
  spawn(params: ParamsOf<"spawn_agent">): Promise<Spawning>;
  resume(node: NodeId, choice: SpawnChoice): Promise<Spawning>;
  stop(node: NodeId, isForced: boolean): Promise<void>;
}
