/** What a program has told of itself so far: kept, as part of the record. */

import type { UnixMs } from "../protocol/node.ts";
import type { ProgramStatus } from "../protocol/terminal.ts";
import type { Told } from "./scanner.ts";

export interface ProgramFacts {
  readonly title?: string;
  readonly cwd?: string;
  readonly bellAt?: UnixMs;
  readonly status?: ProgramStatus;
}

/** The facts after one thing more was told. The same object if nothing changed. */
export function withTold(
  facts: ProgramFacts,
  told: Told,
  now: UnixMs,
): ProgramFacts {
  switch (told.type) {
    case "bell":
      return { ...facts, bellAt: now };
    case "cwd":
      return facts.cwd === told.cwd ? facts : { ...facts, cwd: told.cwd };
    case "title": {
      if (facts.title === told.title) return facts;
      const { title: _, ...rest } = facts;
      return told.title === undefined ? rest : { ...rest, title: told.title };
    }
    case "status": {
      const { status: _, ...rest } = facts;
      return told.status ? { ...rest, status: told.status } : rest;
    }
  }
}
