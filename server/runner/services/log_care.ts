/** What is done for the logs of all services together. */

import { RING_MAX_BYTES } from "./logs/log_ring.ts";
import type { ServiceLog } from "./logs/service_log.ts";
import type { Service } from "./service.ts";

/** Of all services' newest lines; each has its share at most. */
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
const MEMORY_MIN_BYTES = 64 * 1024;

/** Gives each its share of memory. */
export function shareMemory(
  services: readonly { readonly log: Pick<ServiceLog, "setMemory"> }[],
): void {
  const share = Math.floor(MEMORY_MAX_BYTES / Math.max(services.length, 1));
  const bytes = Math.max(Math.min(share, RING_MAX_BYTES), MEMORY_MIN_BYTES);
  for (const { log } of services) log.setMemory(bytes);
}

/**
 * Tries again what could not be written: a disk that was full may have room
 * though no service says anything. Returns those that were tried.
 */
export function retryLogs(services: Iterable<Service>): Service[] {
  const broken = Array.from(services).filter(({ log }) => log.isBroken);
  for (const { log } of broken) log.retry();
  return broken;
}
