/** The load of `fleet.ts`: agents that speak the uplink, and clients. */

import { FakeAgent } from "../../tests/harness/fake_agent.ts";
import { until } from "../../tests/harness/until.ts";
import { answerCalls } from "./load.ts";

/** Dialling more at once only fills the daemon's accept queue. */
const AT_ONCE = 100;

/** Names a change in what the agent is doing, so that it is found unparsed. */
const MARK = /"doing":"change (\d+)"/;

const agents: FakeAgent[] = [];
let clients = 0;

/** When each change was made, and when each client was told of it. */
const changes = new Map<number, { at: number; heard: number[] }>();
let lastChange = 0;

const handlers = {
  /** Dials and registers; how long all took, in ms. */
  async agents({ url, count }: { url: string; count: number }) {
    const startedAt = performance.now();
    const uplink = url.replace("/ws?", "/ws?uplink=2&");
    for (let n = 0; n < count; n += AT_ONCE) {
      const group = Array.from(
        { length: Math.min(AT_ONCE, count - n) },
        (_, at) =>
          FakeAgent.start(() => uplink, {
            cwd: `/home/ada/projects/shop-${n + at}`,
          }),
      );
      agents.push(...await Promise.all(group));
    }
    return performance.now() - startedAt;
  },

  /** Opens clients one after the other and subscribes each. */
  async clients({ url, count }: { url: string; count: number }) {
    const initMs: number[] = [];
    const subscribeMs: number[] = [];
    let sizes = { initBytes: 0, subscribeBytes: 0 };
    for (let n = 0; n < count; n++) {
      const opened = await openClient(url);
      initMs.push(opened.initMs);
      subscribeMs.push(opened.subscribeMs);
      sizes = opened;
    }
    return {
      initMs,
      subscribeMs,
      initBytes: sizes.initBytes,
      subscribeBytes: sizes.subscribeBytes,
    };
  },

  /** Changes the status of one agent after the other. */
  async changes({ count, perSecond }: { count: number; perSecond: number }) {
    const startedAt = performance.now();
    const made: number[] = [];
    for (let n = 0; n < count; n++) {
      const due = startedAt + n * 1_000 / perSecond;
      await Bun.sleep(Math.max(0, due - performance.now()));
      made.push(change());
    }
    await allHeard(made);
    const tookMs = performance.now() - startedAt;
    const each = made.map((id) => {
      const { at, heard } = changes.get(id) ?? { at: 0, heard: [] };
      return heard.map((time) => time - at);
    });
    return {
      tookMs,
      lastMs: each.map((times) => Math.max(...times)),
      eachMs: each.flat(),
    };
  },

  /** Changes many at once; ms until every client was told of every one. */
  async burst({ count }: { count: number }) {
    const startedAt = performance.now();
    const made = Array.from({ length: count }, change);
    await allHeard(made);
    return Math.max(...made.flatMap((id) => changes.get(id)?.heard ?? [])) -
      startedAt;
  },
};

export type FleetLoad = typeof handlers;

answerCalls(handlers);

function change(): number {
  const id = ++lastChange;
  // A prime step goes through all of them, never the same twice in a row.
  const agent = agents[(id * 7_919) % agents.length];
  changes.set(id, { at: performance.now(), heard: [] });
  agent?.act({ kind: "working", since: id, doing: `change ${id}` });
  return id;
}

function allHeard(ids: readonly number[]): Promise<unknown> {
  return until(
    () => ids.every((id) => changes.get(id)?.heard.length === clients),
    {
      withinMs: 60_000,
      seen: () => ids.map((id) => changes.get(id)?.heard.length),
    },
  );
}

async function openClient(url: string) {
  const startedAt = performance.now();
  const socket = new WebSocket(url);
  const init = await nextFrame(socket);
  const initMs = performance.now() - startedAt;
  socket.send('{"jsonrpc":"2.0","id":1,"method":"subscribe"}');
  const askedAt = performance.now();
  const reply = await nextFrame(socket);
  const subscribeMs = performance.now() - askedAt;
  clients++;
  socket.onmessage = ({ data }) => {
    const id = MARK.exec(String(data))?.[1];
    if (id) changes.get(Number(id))?.heard.push(performance.now());
  };
  return {
    initMs,
    subscribeMs,
    initBytes: init.length,
    subscribeBytes: reply.length,
  };
}

function nextFrame(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onclose = ({ code }) => reject(new Error(`Closed with ${code}`));
  });
}
