/** The daemon under test: the built executable, on a core of its own. */

import { join, resolve } from "node:path";
import {
  Hypivisor,
  type HypivisorOptions,
} from "../../tests/harness/hypivisor.ts";
import { CORE, pin } from "./machine.ts";

export const BINARY = resolve(
  process.env.HYPIVISOR_BIN ?? join(import.meta.dir, "../../dist/hypivisor"),
);

/**
 * Starts it; logs little, as a quiet day would have it.
 *
 * @param core `any` where it works together with other processes.
 */
export async function startTested(
  options: HypivisorOptions = {},
  core: string = CORE.tested,
): Promise<Hypivisor> {
  process.env.HYPIVISOR_BIN = BINARY;
  const hypivisor = await Hypivisor.start({
    ...options,
    args: ["--log-level", "warn", ...options.args ?? []],
  });
  if (core !== "any") await pin(hypivisor.pid, core);
  return hypivisor;
}
