import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { BRIDGE_LIMITS } from "./bridge_limits.ts";
import { Peer } from "./bridge_peer.ts";

/** A peer whose process is the test: `written` is its stdin. */
function start(limits: Partial<typeof BRIDGE_LIMITS> = {}) {
  const written: Record<string, unknown>[] = [];
  const noise: string[] = [];
  const peer = new Peer({
    write: (line) => void written.push(JSON.parse(line)),
    onRequest: () => {},
    onNotification: () => {},
    onNoise: (line) => noise.push(line),
    limits: { ...BRIDGE_LIMITS, ...limits },
  });
  const say = (message: Record<string, unknown>) =>
    peer.receive(new TextEncoder().encode(
      JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n",
    ));
  return { peer, written, noise, say };
}

const WAIT = { timeoutMs: 10_000 };

test("Peer.call() gives each call its own answer, in any order", async () => {
  const { peer, say } = start();
  const calls = [1, 2, 3].map((n) => peer.call("m", { n }, WAIT));
  for (const id of [3, 1, 2]) say({ id, result: { of: id } });
  assertEquals(
    (await Promise.all(calls)).map((outcome) =>
      outcome.kind === "result" && outcome.result.of
    ),
    [1, 2, 3],
  );
  assertEquals(peer.inFlight, 0);
});

test("Peer.call() sends progress to the call it belongs to", () => {
  const { peer, written, say } = start();
  const seen: unknown[] = [];
  for (const name of ["a", "b"]) {
    void peer.call("m", { _meta: { progressToken: 0, x: 1 } }, {
      ...WAIT,
      onProgress: ({ progress }) => seen.push([name, progress]),
    });
  }
  assertEquals(written.map(({ params }) => params), [
    { _meta: { progressToken: 1, x: 1 } },
    { _meta: { progressToken: 2, x: 1 } },
  ]);
  for (const token of [2, 1, 7, "x"]) {
    say({
      method: "notifications/progress",
      params: { progressToken: token, progress: 5 },
    });
  }
  assertEquals(seen, [["b", 5], ["a", 5]]);
});

test("Peer.call() tells the process when a call is no longer wanted", async () => {
  const { peer, written, say } = start();
  const stop = new AbortController();
  const call = peer.call("m", {}, { ...WAIT, signal: stop.signal });
  stop.abort();
  const outcome = await call;
  assert(outcome.kind === "error" && outcome.isOwn);
  assertEquals(written[1]?.method, "notifications/cancelled");
  assertEquals((written[1]?.params as { requestId: number }).requestId, 1);
  say({ id: 1, result: {} }); // Too late, and nobody's.

  const never = await peer.call("m", {}, { timeoutMs: 5 });
  assert(never.kind === "error");
  assertEquals(never.error.message, "No answer to m in 5 ms");
});

test("Peer.end() fails what is in flight, and what comes after", async () => {
  const { peer } = start();
  const call = peer.call("m", {}, WAIT);
  peer.end("It ended");
  for (const outcome of [await call, await peer.call("m", {}, WAIT)]) {
    assert(outcome.kind === "error" && outcome.isOwn);
    assertEquals(outcome.error.message, "It ended");
  }
});

test("Peer.call() is refused when too many are in flight", async () => {
  const { peer } = start({ calls: 2 });
  void peer.call("m", {}, WAIT);
  void peer.call("m", {}, WAIT);
  const outcome = await peer.call("m", {}, WAIT);
  assert(outcome.kind === "error");
  assertMatch(outcome.error.message, /Too many calls at once: 2/);
  peer.end("over");
});

test("Peer.receive() takes whatever is no message for noise", () => {
  const { peer, noise } = start();
  const lines = ["Listening…", "{", "{}", '{"jsonrpc":"2.0"}', "[1]", "null"];
  peer.receive(new TextEncoder().encode(lines.join("\n") + "\n"));
  assertEquals(noise, lines);
});
