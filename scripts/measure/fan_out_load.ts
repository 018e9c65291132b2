/** The load of `fan_out.ts`: an agent that streams, and its viewers. */

import { VIEWER_SUBPROTOCOL } from "../../server/protocol/version.ts";
import { FakeAgent } from "../../tests/harness/fake_agent.ts";
import { until } from "../../tests/harness/until.ts";
import { answerCalls } from "./load.ts";

/** A delta says when it was sent, so that it is found unparsed. */
const MARK = /"type":"delta".*"text":"(\d+\.\d+) /;

let agent: FakeAgent | undefined;
let prompting: WebSocket | undefined;
let viewers = 0;
let heard = 0;
let lateMs: number[] = [];
let streams = 0;
let replied = (_id: string): void => {};

const handlers = {
  /** @param url Of the daemon, without a path. */
  async open(params: { url: string; viewers: number }) {
    const [origin = "", query] = params.url.split("?");
    agent = await FakeAgent.start(() => `${origin}/ws?uplink=2&${query}`);
    const path = `${origin}/ws/agent/${agent.id}?${query}`;
    for (viewers = 0; viewers < params.viewers; viewers++) {
      prompting = await openViewer(path);
    }
    await until(() => agent?.watched);
  },

  /** Sends deltas of one message; how late each viewer had each of them. */
  async stream({ count, perSecond }: { count: number; perSecond: number }) {
    const startedAt = performance.now();
    lateMs = [];
    heard = 0;
    const key = `assistant:${++streams}`;
    const flight = {
      key,
      startedAt: streams,
      blocks: [{ kind: "text", text: "" } as const],
    };
    agent?.event({ type: "flight", flight, tools: [] });
    for (let n = 0; n < count; n++) {
      const due = startedAt + n * 1_000 / perSecond;
      if (due - performance.now() > 1) await Bun.sleep(due - performance.now());
      const text = `${performance.now().toFixed(3)} and some words more`;
      agent?.event({ type: "delta", at: 0, text });
    }
    await until(() => heard === count * viewers, {
      withinMs: 60_000,
      seen: () => ({ heard, wanted: count * viewers }),
    });
    return { lateMs, tookMs: performance.now() - startedAt };
  },

  /** Prompts one after the other; ms from each call to its reply. */
  async prompt({ count }: { count: number }) {
    const took: number[] = [];
    for (let n = 0; n < count; n++) {
      const { promise, resolve } = Promise.withResolvers<string>();
      replied = resolve;
      const startedAt = performance.now();
      prompting?.send(JSON.stringify({
        jsonrpc: "2.0",
        id: `call-${n}`,
        method: "prompt",
        params: { text: "Please go on" },
      }));
      await promise;
      took.push(performance.now() - startedAt);
      await Bun.sleep(5);
    }
    return took;
  },
};

export type FanOutLoad = typeof handlers;

answerCalls(handlers);

async function openViewer(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, [VIEWER_SUBPROTOCOL]);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    const text = String(data);
    const sentAt = MARK.exec(text)?.[1];
    if (sentAt) {
      heard++;
      lateMs.push(performance.now() - Number(sentAt));
    } else if (text.startsWith('{"type":"snapshot"')) resolve();
    else if (text.startsWith('{"jsonrpc"')) replied(text);
  };
  socket.onclose = ({ code }) => reject(new Error(`Closed with ${code}`));
  await promise;
  return socket;
}
