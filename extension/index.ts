/**
 * pi-socket: shows a running pi to its hypivisor. pi loads this file.
 *
 * One agent per process. `/reload` loads this file again as another module, so
 * the agent hangs off `globalThis`; the first one loaded serves until pi ends.
 */

import type { ExtensionAPI } from "@earendil-works/pi-coding-agent";
import { Agent } from "./agent.ts";
import { bind, type Owner } from "./bind.ts";
import { createBoundary } from "./boundary.ts";
import { Log, logPath } from "./log.ts";

/** The number changes with what is kept under it. */
const KEY = Symbol.for("pi-socket.1");

interface Shared {
  readonly bind: (pi: ExtensionAPI) => void;
}

/** Called by pi for every session, and for runs that have none. */
export default function piSocket(pi: ExtensionAPI): void {
  const place = globalThis as { [KEY]?: Shared };
  place[KEY] ??= createShared();
  place[KEY].bind(pi);
}

function createShared(): Shared {
  const log = new Log(logPath(process.env));
  const boundary = createBoundary(log);
  const agent = new Agent(process.env, log, boundary);
  const owner: Owner = { pi: undefined };
  return { bind: boundary("bind", (pi) => bind(pi, agent, owner)) };
}
