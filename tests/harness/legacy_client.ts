/** A client of the original's registry, for tests: what it says and hears. */

import type { Hypivisor } from "./hypivisor.ts";
import { TestSocket } from "./socket.ts";

/** What an agent of the original registers. */
export const card = (id: string, port = 8080) => ({
  id,
  machine: "mbp",
  cwd: "/home/ada/shop",
  port,
  status: "active",
});

export function open(hypivisor: Hypivisor): Promise<TestSocket> {
  return TestSocket.open(hypivisor.socketUrl("/ws"));
}

/** What it heard after `init`, told briefly. */
export function story(socket: TestSocket): string[] {
  return socket.frames.slice(1).map((frame) =>
    frame.event
      ? `${frame.event} ${frame.id ?? frame.node.id}`
      : `reply ${frame.id}`
  );
}
