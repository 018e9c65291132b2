/**
 * A daemon under attack, for tests: one agent and one client that have to be
 * served as before, whatever the others do.
 */

import { assert, assertEquals } from "@std/assert";

import { asked, FakeAgent, said } from "./fake_agent.ts";
import { Hypivisor } from "./hypivisor.ts";

import { RawSocket } from "./raw_socket.ts";
import { TestSocket } from "./socket.ts";

/** Offers our own dialect. */
export const SUBPROTOCOL = "Sec-WebSocket-Protocol: hyper-pi.2";
/** Deeper than any reader may go by recursion. */
export const DEEP = 100_000;

/** Runs a test of bad input; the log must have no error at its end. */
export async function besiege(
  run: (scene: {
    hypivisor: Hypivisor;
    agent: FakeAgent;
    /** Opens a socket of which nothing good is to be expected. */
    open: (path: string, headers?: string[]) => Promise<RawSocket>;
    /** Asserts that the others are served as before. */
    others: () => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { id: "good", items: [asked("hello", 1), said("hi", 2)] },
  );
  await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
  const { pid } = hypivisor;
  await run({
    hypivisor,
    agent,
    open(path, headers = []) {
      const mark = path.includes("?") ? "&" : "?";
      return RawSocket.upgrade(
        hypivisor.port,
        `${path}${mark}token=${hypivisor.token}`,
        headers,
      );
    },
    async others() {
      assertEquals((await client.ask("ping")).result.status, "healthy");
      assertEquals(agent.links, 1);
      assertEquals(hypivisor.pid, pid);
    },
  });
  assert(!hypivisor.stderr.includes(" error "), hypivisor.stderr);
}

/** Makes a socket an uplink. */
export const REGISTER = {
  id: "reg",
  method: "register",
  params: {
    id: "bad",
    machine: "mbp",
    cwd: "/tmp",
    port: 0,
    status: "active",
    uplink: 2,
    epoch: "e",
    sessionId: "s",
    pi: "1",
    capabilities: [],
  },
};
