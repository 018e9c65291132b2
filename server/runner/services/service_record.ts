/** What is told of a service: put together from those who know it. */

import type {
  ConfigFault,
  ServiceName,
  ServiceRecord,
} from "../../protocol/service.ts";
import type { ServiceConfig } from "./config/config.ts";
import type { LifeFacts } from "./life/asks.ts";
import type { Instant, Up } from "./life/phase.ts";
import type { ServiceLog } from "./logs/service_log.ts";
import { withPort } from "./process/environment.ts";
import type { Watch } from "./watch.ts";

export interface RecordParts {
  readonly config: ServiceConfig;
  readonly facts: LifeFacts;
  readonly up: Up | undefined;
  readonly now: Instant;
  readonly port: number | undefined;
  readonly socket: string | undefined;
  readonly watch: Watch | undefined;
  readonly log: ServiceLog;
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly (string | undefined)[];
}

export function recordOf(parts: RecordParts): ServiceRecord {
  const { config, facts, up, now, watch, log, faults, socket } = parts;
  const { name, file, process, rules } = config;
  const port = parts.port ?? (process.port || undefined);
  const warnings = [...config.warnings, ...parts.warnings];
  return {
    name,
    file,
    ...facts,
    start: rules.start,
    command: process.command.map((text) => withPort(text, port)),
    transport: process.transport,
    folder: process.workingDir,
    ...(port === undefined ? {} : { port }),
    ...(socket === undefined ? {} : { socket }),
    ...(process.path === undefined ? {} : { path: process.path }),
    ...(up
      ? {
        startedAt: up.started.at,
        uptimeMs: Math.floor(now.ms - up.started.ms),
      }
      : {}),
    ready: watch?.readiness ?? { kind: "unknown" },
    health: watch?.health ?? { kind: "unknown" },
    log: log.facts,
    faults,
    warnings: warnings.filter((one) => one !== undefined),
  };
}

/** Of a file that never could be used. */
export function invalidRecord(
  { name, file, faults }: {
    name: ServiceName;
    file: string;
    faults: readonly ConfigFault[];
  },
  since: number,
): ServiceRecord {
  return {
    name,
    file,
    state: { kind: "invalid", since },
    desired: "down",
    start: "eager",
    command: [],
    transport: "none",
    starts: 0,
    restarts: 0,
    retriesInWindow: 0,
    ready: { kind: "unknown" },
    health: { kind: "unknown" },
    log: { bytes: 0, lines: 0, lostLines: 0 },
    faults,
    warnings: [],
  };
}
