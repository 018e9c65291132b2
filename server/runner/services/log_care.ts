/** What is done for the logs of all services together. */

import { RETRY_MS } from "./logs/log_file.ts";
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
 * Tries again, for as long as this process lives, what could not be written: a
 * disk that was full may have room though no service says anything.
 *
 * @param tried Told of each that was.
 */
export function retryOften(
  services: () => Iterable<Service>,
  tried: (service: Service) => void,
): void {
  setInterval(() => {
    for (const service of services()) {
      if (!service.log.isBroken) continue;
      service.log.retry();
      tried(service);
    }
  }, RETRY_MS).unref();
}
