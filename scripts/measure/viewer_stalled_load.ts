/** The load of `viewer_stalled.ts`: an agent that talks, one viewer that
 * listens, and some that stopped reading. */

import { VIEWER_SUBPROTOCOL } from "../../server/protocol/version.ts";
import { FakeAgent, said } from "../../tests/harness/fake_agent.ts";
import { until } from "../../tests/harness/until.ts";
import { answerCalls } from "./load.ts";

/** So many messages may be on their way: below what makes a viewer slow. */
const AHEAD_MAX = 20;

let agent: FakeAgent | undefined;
let heard = 0;
/** Kept so that nothing that is still open is collected. */
const kept: WebSocket[] = [];

const handlers = {
  async open(params: { url: string; stalled: number }) {
    const [origin = "", query] = params.url.split("?");
    agent = await FakeAgent.start(() => `${origin}/ws?uplink=2&${query}`);
    const path = `${origin}/ws/agent/${agent.id}?${query}`;
    const reader = await openViewer(path);
    reader.addEventListener("message", ({ data }) => {
      if (String(data).includes('"type":"item"')) heard++;
    });
    for (let n = 0; n < params.stalled; n++) {
      const stalled = await openViewer(path) as WebSocket & { pause(): void };
      stalled.pause();
    }
  },

  /** Says so many messages, as fast as they are heard. */
  async talk({ messages, bytes }: { messages: number; bytes: number }) {
    heard = 0;
    for (let n = 1; n <= messages; n++) {
      agent?.event({ type: "item", item: said("x".repeat(bytes), n) });
      if (n % 10 === 0) await until(() => n - heard < AHEAD_MAX);
    }
    await until(() => heard === messages, {
      withinMs: 30_000,
      seen: () => ({ heard, messages }),
    });
  },
};

export type StalledLoad = typeof handlers;

answerCalls(handlers);

async function openViewer(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, [VIEWER_SUBPROTOCOL]);
  kept.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.onmessage = () => resolve();
    socket.onclose = ({ code }) => reject(new Error(`Closed with ${code}`));
  });
  return socket;
}
