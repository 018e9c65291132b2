/**
 * The calls a client may make, one line each. Types only.
 *
 * This table is the whole contract: the page's caller, the daemon's handlers
 * and the readers of untrusted params are all typed from it. Names, params,
 * results and error texts of the first group are the original's.
 *
 * A frame with `"jsonrpc": "2.0"` is answered as JSON-RPC 2.0 with coded
 * errors; without, as the original answers: `{id, result}` or `{id, error}`.
 */

import type { Attachment, FoundFile, SlashCommand } from "./command.ts";
import type { Receipt } from "./event.ts";
import type { Item, ItemKey } from "./item.ts";
import type { LegacyNode } from "./legacy.ts";
import type { ModelFacts, NodeId, NodeRecord } from "./node.ts";
import type {
  LogLine,
  LogPlace,
  ServiceChoice,
  ServiceMethods,
  ServiceName,
  ServiceRecord,
  ServiceStatus,
} from "./service.ts";
import type { ServiceTools } from "./service_tools.ts";
import type { TerminalId, TerminalRecord } from "./terminal.ts";
import type { DaemonCapability } from "./version.ts";

/** Names the terminal. */
interface OfTerminal {
  readonly terminal: TerminalId;
}

/** How an agent is started. All of it may be left out. */
export interface SpawnChoice {
  /** `provider/id`, or what pi's `--model` understands. */
  readonly model?: string;
  readonly thinking?: string;
  /** The first prompt. */
  readonly prompt?: string;
  /** pi's own name of the session. */
  readonly name?: string;
  /** For pi's command line; only those on a list are taken. */
  readonly args?: readonly string[];
}

/** An agent that is on its way: its node is in the roster as `starting`. */
export interface Spawning {
  readonly status: "spawning";
  /** Its folder, symlinks resolved. */
  readonly path: string;
  readonly node: NodeId;
  readonly terminal: TerminalId;
}

/** What `hypivisor doctor` and the first page say of the daemon. */
export interface DaemonFacts {
  readonly version: string;
  readonly commit: string;
  readonly pid: number;
  /** Name of its machine. */
  readonly machine: string;
  /** Where the page is, without a code. */
  readonly url: string;
  readonly startedAt: number;
  readonly dataDir: string;
  readonly capabilities: readonly DaemonCapability[];
  /** Null while there is none. */
  readonly runner: {
    readonly pid: number;
    readonly build: string;
    readonly startedAt: number;
  } | null;
}

/** Names the node. May be left out on that node's own viewer socket. */
interface OfNode {
  readonly node: NodeId;
}

export interface RpcMethods {
  list_nodes: Method<Empty, readonly LegacyNode[]>;
  list_directories: Method<
    { path?: string },
    { current: string; directories: readonly string[] }
  >;
  ping: Method<Empty, { status: "healthy"; nodes: number; version: string }>;

  /**
   * From now on `node_set` and `node_forgotten` are pushed to this client as
   * JSON-RPC notifications, and `beat` every 10 s, in place of the original's
   * pushes. The result is the start.
   */
  subscribe: Method<
    Empty,
    {
      nodes: readonly NodeRecord[];
      version: string;
      /** Name of the daemon's own machine. */
      machine: string;
      capabilities: readonly DaemonCapability[];
      /** Empty without the capability `terminals`. */
      terminals: readonly TerminalRecord[];
      /** Empty without the capability `services`. */
      services: readonly ServiceRecord[];
    }
  >;
  get_node: Method<OfNode, NodeRecord>;
  /** Forgets an offline node and its transcript. Refuses a live one. */
  forget_node: Method<OfNode, Empty>;
  /** The page before `before` (absent: the newest), oldest item first. */
  page: Method<
    OfNode & { before?: ItemKey; bytes?: number },
    { items: readonly Item[]; more: boolean }
  >;
  /** `id` is the sender's own: sent twice, it runs once. Made up if absent. */
  prompt: Method<
    OfNode & {
      text: string;
      id?: string;
      /** `steer` if absent. */
      mode?: "steer" | "followUp";
      attachments?: readonly Attachment[];
    },
    Receipt
  >;
  abort: Method<OfNode & { id?: string }, Receipt>;
  rename: Method<OfNode & { name: string; id?: string }, Receipt>;
  set_model: Method<
    OfNode & { provider: string; model: string; id?: string },
    Receipt
  >;
  set_thinking: Method<OfNode & { level: string; id?: string }, Receipt>;
  commands: Method<OfNode, { commands: readonly SlashCommand[] }>;
  files: Method<
    OfNode & { query: string },
    { files: readonly FoundFile[]; truncated: boolean }
  >;
  models: Method<OfNode, { models: readonly ModelFacts[] }>;
  /** A person has the conversation before their eyes: `done` becomes `idle`. */
  seen: Method<OfNode, Empty>;

  daemon: Method<Empty, DaemonFacts>;
  /**
   * Ends the daemon. What it started goes on, unless `children` is true: then
   * all of that is ended first, and this is answered when it is gone.
   */
  shutdown: Method<{ children?: boolean }, Empty>;
  /**
   * Starts pi in a terminal of the runner. Params, results and error texts of
   * the original, and ours beside them. `session` is the path of a session
   * file to go on with; one that is live is a `conflict` that names its node.
   */
  spawn_agent: Method<
    { path: string; new_folder?: string; session?: string } & SpawnChoice,
    Spawning
  >;
  /** Starts an offline agent's session again, in its folder. */
  resume_agent: Method<OfNode & SpawnChoice, Spawning>;
  /** Has a spawned agent quit as a person would; then, or with `force`, by force. */
  stop_agent: Method<OfNode & { force?: boolean }, Empty>;

  list_terminals: Method<Empty, { terminals: readonly TerminalRecord[] }>;
  get_terminal: Method<OfTerminal, TerminalRecord>;
  /** A login shell in the home, unless told otherwise. */
  open_terminal: Method<
    {
      folder?: string;
      /** Program and arguments. */
      command?: readonly string[];
      name?: string;
      cols?: number;
      rows?: number;
    },
    TerminalRecord
  >;
  /** Ends its program and all that is left of it, and forgets it. */
  close_terminal: Method<OfTerminal, Empty>;
  /** Runs the same again, after it has ended. */
  restart_terminal: Method<OfTerminal, TerminalRecord>;
  rename_terminal: Method<OfTerminal & { name: string }, TerminalRecord>;
  /** The last lines of its screen, as plain text. */
  tail_terminal: Method<OfTerminal & { lines?: number }, { text: string }>;

  list_services: Method<Empty, { services: readonly ServiceRecord[] }>;
  service_status: Method<{ name: string }, ServiceStatus>;
  /** Asked of the service itself; one that is lazy is started. */
  service_tools: Method<{ name: string }, ServiceTools>;
  /** Answered when each runs and is ready, or will not be. */
  start_services: Method<
    ServiceChoice,
    ServiceMethods["services_start"]["result"]
  >;
  /** Answered when all their processes are gone. `now`: without a grace. */
  stop_services: Method<
    ServiceChoice & { now?: boolean },
    ServiceMethods["services_stop"]["result"]
  >;
  /** Starts stopped ones too. */
  restart_services: Method<
    ServiceChoice & { now?: boolean },
    ServiceMethods["services_restart"]["result"]
  >;
  /** Reads the files again. With a fault in any of them nothing is changed. */
  reload_services: Method<Empty, ServiceMethods["services_reload"]["result"]>;
  /** Reads the files and does nothing. */
  check_services: Method<Empty, ServiceMethods["services_check"]["result"]>;
  /** What its log holds now. Ask again with `since`, the last line's place. */
  service_logs: Method<
    {
      name: string;
      /** So many of the last lines. */
      tail?: number;
      since?: LogPlace;
      sinceMs?: number;
    },
    {
      epoch: string;
      lines: readonly LogLine[];
      /** Lines that were left out, because it was too much. */
      missed: number;
    }
  >;
}

/**
 * Calls about the connection they come on, so only on `/ws`. Named as `xy`
 * names them, with what it does not know.
 */
export interface LogMethods {
  /** Lines come after the reply, as `log_lines`, and go on as they are said. */
  logs: Method<
    { name: string; follow: true; batches: true; since: LogPlace },
    { subscription_id: number; epoch: string }
  >;
  logs_cancel: Method<{ subscription_id: number }, Empty>;
}

export type MethodName = keyof RpcMethods;
export type ParamsOf<M extends MethodName> = RpcMethods[M]["params"];
export type ResultOf<M extends MethodName> = RpcMethods[M]["result"];

/** Pushed to a client that subscribed, as `{jsonrpc, method, params}`. */
export type ClientPush =
  | { readonly method: "node_set"; readonly params: { node: NodeRecord } }
  | { readonly method: "node_forgotten"; readonly params: { id: NodeId } }
  | {
    readonly method: "terminal_set";
    readonly params: { terminal: TerminalRecord };
  }
  | { readonly method: "terminal_gone"; readonly params: { id: TerminalId } }
  | {
    readonly method: "service_set";
    readonly params: { service: ServiceRecord };
  }
  | { readonly method: "service_gone"; readonly params: { name: ServiceName } }
  | {
    readonly method: "log_lines";
    readonly params: { subscription_id: number; lines: readonly LogLine[] };
  }
  /** There will be no more; `error` if that is not the log's own end. */
  | {
    readonly method: "log_end";
    readonly params: { subscription_id: number; error?: string };
  }
  | { readonly method: "beat"; readonly params: Empty };

export interface RpcCall<M extends MethodName = MethodName> {
  readonly jsonrpc: "2.0";
  readonly id: string | number;
  readonly method: M;
  readonly params?: ParamsOf<M>;
}

export type RpcReply =
  | {
    readonly jsonrpc: "2.0";
    readonly id: string | number | null;
    readonly result: unknown;
  }
  | {
    readonly jsonrpc: "2.0";
    readonly id: string | number | null;
    readonly error: {
      readonly code: number;
      readonly message: string;
      /** Our own word for it. */
      readonly data?: { readonly code: string };
    };
  };

interface Method<Params, Result> {
  params: Params;
  result: Result;
}

type Empty = Record<string, never>;
