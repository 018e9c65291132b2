/**
 * What one service's file says, read and checked. Types, and the defaults.
 *
 * In two halves: what a process was started with, so that a change needs a new
 * one, and the rules that are applied to it from outside as they change.
 */

import type {
  ConfigFault,
  ServiceName,
  ServiceTransport,
} from "../../../protocol/service.ts";
import type { Place } from "./faults.ts";

export interface ServiceConfig {
  readonly name: ServiceName;
  /** Absolute path of its file. */
  readonly file: string;
  readonly process: ProcessConfig;
  readonly rules: ServiceRules;
  readonly warnings: readonly string[];
  /** Where in the file that stands which can be wrong beside another file. */
  readonly places: { readonly port: Place; readonly after: Place };
}

export interface ProcessConfig {
  /** Program and arguments; may hold `{port}`. */
  readonly command: readonly string[];
  /** Absolute. Whether it exists is seen when it is needed. */
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names, or beginnings of names that end in `*`, beyond the usual ones. */
  readonly envInherit: readonly string[];
  /** Absolute paths. */
  readonly envFiles: readonly string[];
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly transport: ServiceTransport;
  /** 0: one is allocated. */
  readonly port?: number;
  readonly path?: string;
  readonly limits?: Limits;
}

export type SecretSource =
  | { readonly kind: "keychain"; readonly name: string }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "cmd"; readonly command: string };

export interface Limits {
  readonly memoryBytes?: number;
  readonly processes?: number;
}

export interface ServiceRules {
  readonly autostart: boolean;
  readonly start: "eager" | "lazy";
  /** Only with lazy. */
  readonly idleStopMs?: number;
  readonly after: readonly ServiceName[];
  readonly restart: RestartRules;
  readonly ready: ReadyRules;
  readonly health?: HealthRules;
  readonly stop: StopRules;
  readonly onDaemonExit: "keep" | "kill";
  readonly log: LogRules;
}

export interface RestartRules {
  readonly policy: "always" | "on-failure" | "never";
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  /** At most so many automatic restarts in any minute; 0 is none. */
  readonly maxRetriesPerMinute: number;
  /** A run of at least this length starts the counting anew. */
  readonly stableAfterMs: number;
  /** 0: never. */
  readonly retryFailedAfterMs: number;
  /** 0 is always among them. */
  readonly successExitCodes: readonly number[];
}

export type Probe =
  | { readonly kind: "none" }
  | { readonly kind: "tcp" }
  | { readonly kind: "http"; readonly path: string }
  /** By default where the service's own `path` is. */
  | { readonly kind: "mcp"; readonly path?: string }
  /** A newline on file descriptor 3, as s6 has it. */
  | { readonly kind: "fd" }
  /** A line that contains this. */
  | { readonly kind: "log"; readonly text: string };

export interface ReadyRules {
  readonly probe: Probe;
  readonly timeoutMs: number;
  /**
   * Whether the file asks for it: only then is a service that is not ready in
   * time a failed start. Without that it runs as soon as it is spawned, and
   * whether its port answers is only told.
   */
  readonly isDemanded: boolean;
}

export interface HealthRules {
  readonly probe: Probe;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many in a row. */
  readonly failures: number;
  readonly action: "report" | "restart";
}

export interface StopRules {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

export interface LogRules {
  /** Per file. */
  readonly maxBytes: number;
  /** Rotated files beside the current one. */
  readonly keep: number;
  readonly timestamps: boolean;
}

export const DEFAULT_RESTART: RestartRules = {
  policy: "on-failure",
  backoffInitialMs: 1_000,
  backoffMaxMs: 30_000,
  maxRetriesPerMinute: 5,
  stableAfterMs: 10_000,
  retryFailedAfterMs: 0,
  successExitCodes: [0],
};

/** `npx` may have to fetch a package first. */
export const DEFAULT_READY_TIMEOUT_MS = 30_000;

export const DEFAULT_HEALTH: Omit<HealthRules, "probe"> = {
  intervalMs: 30_000,
  timeoutMs: 10_000,
  failures: 3,
  action: "report",
};

export const DEFAULT_STOP: StopRules = { signal: "SIGTERM", graceMs: 10_000 };

export const DEFAULT_LOG: LogRules = {
  maxBytes: 10 * 1024 * 1024,
  keep: 5,
  timestamps: false,
};

/** Where MCP servers listen unless their file says otherwise. */
export const DEFAULT_MCP_PATH = "/mcp";

/** What reading one file came to. */
export type ReadConfig =
  | { readonly ok: true; readonly config: ServiceConfig }
  | {
    readonly ok: false;
    readonly name: ServiceName;
    readonly file: string;
    readonly faults: readonly ConfigFault[];
  };
