/** Ports of services: whether one is free, and one that is. */

import { HypivisorError } from "../../../errors.ts";
import { findPortHolder } from "../../../port_holder.ts";

/** A service binds one of them or both. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

/** The system gives a free one; this often it may be one of another service. */
const TRIES_MAX = 100;

export function isPortFree(port: number): boolean {
  return LOOPBACK.every((hostname) => {
    try {
      Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
      return true;
    } catch (error) {
      // Without IPv6 there is nobody on it either.
      return (error as NodeJS.ErrnoException).code !== "EADDRINUSE";
    }
  });
}

/** Who has a port that is not free, in words that end a sentence. */
export function describeHolder(port: number): string {
  const holder = findPortHolder(port);
  if (!holder) return "another program";
  return `"${holder.name}" (pid ${holder.pid})`;
}

/**
 * @param preferred What it had last time, so that its URL stays.
 * @param isTaken Whether a port is another service's.
 */
export function allocatePort(
  preferred: number | undefined,
  isTaken: (port: number) => boolean,
): number {
  if (preferred !== undefined && !isTaken(preferred) && isPortFree(preferred)) {
    return preferred;
  }
  for (let i = 0; i < TRIES_MAX; i++) {
    const socket = { data() {} };
    const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
    const { port } = listener;
    listener.stop(true);
    if (!isTaken(port) && isPortFree(port)) return port;
  }
  throw new HypivisorError("unavailable", "Cannot find a free port");
}
