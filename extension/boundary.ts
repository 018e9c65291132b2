/**
 * The outer layer of safety: nothing thrown in a callback of ours reaches pi.
 *
 * The inner layer is the code itself, which checks before it acts. What still
 * gets here is a bug: it is logged with its stack, and found by the hardening
 * loop (`skills/harden-pi-socket`).
 */

import type { Log } from "./log.ts";

export type Boundary = <A extends unknown[], R>(
  name: string,
  fn: (...args: A) => R,
) => (...args: A) => R | undefined;

/** Makes the wrapper for every callback that pi, a socket or a timer calls. */
export function createBoundary(log: Log): Boundary {
  return (name, fn) => (...args) => {
    try {
      const result = fn(...args);
      if (!(result instanceof Promise)) return result;
      return result.catch((thrown) => {
        log.needsHardening(name, thrown);
      }) as typeof result;
    } catch (thrown) {
      log.needsHardening(name, thrown);
      return undefined;
    }
  };
}
