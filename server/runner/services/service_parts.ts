/** What the set of services is given, and each by that. Types only. */

import type { ServiceName } from "../../protocol/service.ts";
import type { ChildRecords } from "../child_record.ts";
import type { Orphans } from "../orphans.ts";
import type { Phase } from "./life/phase.ts";
import type { McpPort } from "./mcp_port.ts";
import type { RunTools } from "./run.ts";

export interface ServicesParts {
  readonly dataDir: string;
  readonly records: ChildRecords;
  readonly orphans: Orphans;
  readonly mcp: McpPort;
  /** What a runner before this one had running when it was killed. */
  readonly killed: readonly string[];
}

export interface ServiceParts {
  readonly tools: RunTools;
  readonly mcp: McpPort;
  readonly logPath: string;
  /** Where bridges listen. */
  readonly socketDir: string;
  readonly desired: "up" | "down";
  /** A port for one that has none of its own, the same as ever if possible. */
  readonly allocatePort: (name: ServiceName) => number;
  /** A client of its bridge has asked for something. */
  readonly onUse: () => void;
  readonly onChange: () => void;
}

/** Sees each phase as it comes; undefined until it has seen enough. */
export type PhaseSeen<T> = (phase: Phase) => T | undefined;
