/**
 * What a runner before this one has left: ended before anything is started, so
 * that nothing ever runs twice.
 */

import { logger } from "../log.ts";
import { type ChildRecords, isService } from "./child_record.ts";
import { endChildren } from "./ending.ts";
import { bootId } from "./process_table.ts";

const log = logger("leftovers");

/** Resolves when nothing is left of any child on record. */
export async function endLeftovers(records: ChildRecords): Promise<void> {
  const all = records.readAll();
  // Of another boot: its pids are other programs' by now.
  const ofThisBoot = all.filter((record) => record.bootId === bootId());
  if (all.length > 0) {
    log.warn("leftovers_found", {
      children: ofThisBoot.length,
      ofOtherBoots: all.length - ofThisBoot.length,
    });
  }
  // Daemons take HUP for a wish to read their settings again.
  const services = ofThisBoot.filter(isService);
  const terminals = ofThisBoot.filter((one) => !isService(one));
  await Promise.all([
    endChildren(terminals, { everywhere: true }),
    endChildren(services, { everywhere: true, signal: "SIGTERM" }),
  ]);
  records.clear();
}
