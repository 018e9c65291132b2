/** The numbers that `xy` has for its errors. Types and numbers only. */

import type { ErrorCode } from "./error.ts";
import type { ServiceRefusal } from "./service.ts";

export const XY_ERROR = {
  noSuchServer: -32001,
  portConflict: -32002,
  configInvalid: -32003,
  spawnFailed: -32006,
} as const;

/** Of what is refused for one service that was named; others have our own. */
export const XY_NUMBER: Readonly<Partial<Record<ErrorCode, number>>> = {
  not_found: XY_ERROR.noSuchServer,
  conflict: XY_ERROR.configInvalid,
};

export const REFUSAL_NUMBER: {
  readonly [K in ServiceRefusal["kind"]]: number;
} = {
  no_such_service: XY_ERROR.noSuchServer,
  config_invalid: XY_ERROR.configInvalid,
  port_taken: XY_ERROR.portConflict,
  spawn_failed: XY_ERROR.spawnFailed,
  not_ready: XY_ERROR.spawnFailed,
  leaving: XY_ERROR.spawnFailed,
};
