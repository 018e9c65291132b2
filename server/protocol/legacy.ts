/**
 * The original's dialect, exactly, for clients and agents written for it.
 * Types only. Spoken wherever nothing newer was asked for.
 */

/** Unix seconds. */
type Seconds = number;

export interface LegacyNode {
  readonly id: string;
  readonly machine: string;
  readonly cwd: string;
  readonly port: number;
  readonly status: "active" | "offline";
  readonly pid?: number;
  readonly last_seen?: Seconds;
  readonly offline_since?: Seconds;
}

/** Pushes on `/ws`. `init` is the first message of every connection. */
export type LegacyPush =
  | {
    readonly event: "init";
    readonly nodes: readonly LegacyNode[];
    readonly protocol_version: "1";
  }
  | { readonly event: "node_joined"; readonly node: LegacyNode }
  | { readonly event: "node_offline"; readonly id: string }
  | { readonly event: "node_removed"; readonly id: string };

export interface LegacyReply {
  readonly id?: string | number | null;
  readonly result?: unknown;
  readonly error?: string;
}

/** Server to client on `/ws/agent/{id}`, and on an agent's own port. */
export type LegacyDown =
  | {
    readonly type: "init_state";
    readonly messages: readonly unknown[];
    readonly tools: readonly unknown[];
    readonly truncated?: true;
    readonly totalMessages?: number;
    /** Beyond the original: what it could not tell. */
    readonly isStreaming?: boolean;
  }
  | { readonly type: "message_start"; readonly message: unknown }
  | {
    readonly type: "message_update";
    readonly message: unknown;
    readonly assistantMessageEvent: unknown;
  }
  | { readonly type: "message_end"; readonly message: unknown }
  | {
    readonly type: "tool_execution_start";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly args: unknown;
  }
  | {
    readonly type: "tool_execution_update";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly args: unknown;
    readonly partialResult: unknown;
  }
  | {
    readonly type: "tool_execution_end";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly result: unknown;
    readonly isError: boolean;
  }
  | {
    readonly type: "history_page";
    readonly messages: readonly unknown[];
    readonly hasMore: boolean;
    readonly oldestIndex: number | null;
  }
  | {
    readonly type: "commands_list";
    readonly commands: readonly { name: string; description: string }[];
  }
  | {
    readonly type: "files_list";
    readonly files: readonly { path: string; isDirectory: boolean }[];
    readonly cwd: string;
  }
  | {
    readonly type: "attach_file_ack";
    readonly filename: string;
    readonly success: boolean;
    readonly error?: string;
  }
  | { readonly type: "error"; readonly message: string };

/** Client to server. Anything that is not one of these is a prompt. */
export type LegacyUp =
  | {
    readonly type: "fetch_history";
    readonly before: number;
    readonly limit: number;
  }
  | { readonly type: "abort" }
  | { readonly type: "list_commands" }
  | { readonly type: "list_files"; readonly prefix: string }
  | {
    readonly type: "attach_file";
    readonly filename: string;
    readonly content: string;
    readonly mimeType?: string;
  };
