/** Faults of the files of services, as they are told: exit code 3. */

import { HypivisorError } from "../../errors.ts";
import type { ConfigFault } from "../../protocol/service.ts";

export class ConfigFaultsError extends HypivisorError {
  constructor(faults: readonly ConfigFault[]) {
    super("conflict", faults.map(faultLine).join("\n"));
  }
}

/** As compilers say it, so that editors find the place. */
export function faultLine(fault: ConfigFault): string {
  const { file, line, column, message } = fault;
  return `${file}:${line}:${column}: ${message}`;
}
