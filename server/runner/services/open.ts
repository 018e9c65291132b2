/** Opens the runner's services: their set and what it is joined with. */

import type { ChildRecords } from "../child_record.ts";
import { Orphans } from "../orphans.ts";
import { stopAll, touchService } from "./acts.ts";
import { MCP } from "./mcp.ts";
import { Services } from "./services.ts";

export interface OpenServices {
  readonly services: Services;
  readonly orphans: Orphans;
  /** Stops all; called again, without a grace. Resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts nothing: a daemon says where the files are.
 *
 * Called before the records of a killed runner are cleared, so that its
 * services' logs can tell of it.
 */
export function openServices(
  dataDir: string,
  records: ChildRecords,
): OpenServices {
  const orphans = new Orphans(records);
  const killed = records.readAll().map(({ terminal }) => terminal);
  const services = new Services({
    dataDir,
    records,
    orphans,
    mcp: MCP,
    killed,
  });
  services.onUse = ({ name }) => {
    // Who asked is told by the bridge, which waits for the process.
    touchService(services, name).catch(() => {});
  };
  let isClosing = false;
  return {
    services,
    orphans,
    async close() {
      const isNow = isClosing;
      isClosing = true;
      await stopAll(services, isNow);
      orphans.close();
    },
  };
}
