import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { BRIDGE_LIMITS } from "./bridge_limits.ts";
import { Session } from "./bridge_session.ts";
import { Sessions } from "./bridge_sessions.ts";

const limits = { ...BRIDGE_LIMITS, clients: 2, idleMs: 1_000 };

function make(now: number): Session {
  return new Session({ info: undefined, capabilities: {} }, limits, now);
}

test("Sessions.add() lets the longest idle one go at the bound", () => {
  const gone: Session[] = [];
  const sessions = new Sessions(limits, (session) => gone.push(session));
  const [a, b, c] = [make(0), make(0), make(2)];
  sessions.add(a, 0);
  sessions.add(b, 0);
  sessions.use(a.id, 1);

  assertEquals(sessions.add(c, 2), true);
  assertEquals(gone, [b]);
  assertEquals(sessions.use(b.id, 3), undefined);
});

test("Sessions.add() forgets what was idle for long, and never what is busy", () => {
  const sessions = new Sessions(limits, () => {});
  const [busy, idle, late] = [make(0), make(0), make(5_000)];
  sessions.add(busy, 0);
  sessions.add(idle, 0);
  busy.begin(1);

  assertEquals(sessions.add(late, 5_000), true);
  assertEquals(sessions.use(idle.id, 5_000), undefined);
  late.begin(1);
  assertEquals(sessions.add(make(5_001), 5_001), false);
  assertEquals(sessions.size, 2);
});

test("Session.begin() refuses an id in use, and one call too many", () => {
  const session = new Session(
    { info: undefined, capabilities: {} },
    { ...limits, callsPerClient: 2 },
    0,
  );
  assertEquals(session.begin(1) instanceof AbortController, true);
  assertEquals(session.begin(1), "Request id 1 is in use");
  assertEquals(session.begin("1") instanceof AbortController, true);
  assertEquals(session.begin(3), "Too many calls at once: over 2");
  session.finish(1);
  assertEquals(session.begin(3) instanceof AbortController, true);
});

test("Session.close() ends its calls and its open questions", async () => {
  const session = make(0);
  const stop = session.begin(1) as AbortController;
  const asked = session.ask("m", {}, new AbortController().signal, () => true);
  session.close();
  assertEquals(stop.signal.aborted, true);
  assertEquals((await asked).kind, "error");
});
