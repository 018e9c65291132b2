/** What is done for the logs of all services together. */

import { join } from "node:path";
import type { ServiceName } from "../../protocol/service.ts";
import { DEFAULT_LOG } from "./config/config.ts";
import { RING_MAX_BYTES } from "./logs/log_ring.ts";
import { ServiceLog } from "./logs/service_log.ts";
import { LOG_CLOCK } from "./now.ts";
import type { Service } from "./service.ts";

/** Of all services' newest lines; each has its share at most. */
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
const MEMORY_MIN_BYTES = 64 * 1024;

/** Gives each its share of memory. */
export function shareMemory(services: readonly Service[]): void {
  const share = MEMORY_MAX_BYTES / Math.max(services.length, 1);
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

/** What is left in files of one that has no rules. Nothing is added to it. */
export function oldLog(dir: string, name: ServiceName): ServiceLog {
  const path = join(dir, `${name}.log`);
  const log = new ServiceLog(path, DEFAULT_LOG, LOG_CLOCK);
  log.close();
  return log;
}
