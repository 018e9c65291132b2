/** Random frames, in numbers. */

import { assert } from "@std/assert";
import { test } from "bun:test";

import { asked } from "./harness/fake_agent.ts";

import { residentMiB } from "./harness/memory.ts";
import { type Chance, makeChance } from "./harness/random.ts";
import { OPCODE, RawSocket } from "./harness/raw_socket.ts";

import { until } from "./harness/until.ts";
import { besiege, REGISTER, SUBPROTOCOL } from "./harness/siege.ts";

/** Frames that are nearly right, for each kind of socket. */
function seeds(kind: string): string[] {
  const item = { kind: "message", key: "user:5", message: asked("x", 5) };
  const events: unknown[] = [
    { type: "delta", at: 0, text: "abc" },
    { type: "block", at: 0, block: { kind: "text", text: "" } },
    {
      type: "flight",
      flight: { key: "assistant:9", startedAt: 9, blocks: [] },
      tools: [],
    },
    { type: "item", item: asked("hello", 7) },
    { type: "item", item },
    { type: "activity", activity: { kind: "working", since: 1 } },
    { type: "output", id: "t", keep: 0, text: "out" },
    { type: "receipt", receipt: { id: "r", state: "done" } },
    { type: "facts", facts: { thinking: "low", queue: [] } },
    {
      type: "tool",
      tool: {
        id: "t",
        name: "bash",
        args: {},
        state: "running",
        startedAt: 1,
        output: "",
      },
    },
  ];
  const calls: unknown[] = [
    { id: "1", method: "ping" },
    { id: 1, method: "list_nodes" },
    { id: "1", method: "list_directories", params: { path: "/" } },
    { jsonrpc: "2.0", id: 1, method: "subscribe" },
    { jsonrpc: "2.0", id: 1, method: "get_node", params: { node: "good" } },
    { jsonrpc: "2.0", id: 1, method: "page", params: { node: "good" } },
    { jsonrpc: "2.0", id: 1, method: "seen", params: { node: "good" } },
    [{ id: 1, method: "ping" }, { method: "nope" }],
    { id: "r", method: "deregister", params: { id: "fuzz" } },
    {
      id: "r",
      method: "register",
      params: {
        id: "fuzz",
        machine: "m",
        cwd: "/",
        port: 0,
        status: "active",
      },
    },
  ];
  const frames = kind === "uplink"
    ? events.map((event, n) => ({ seq: n + 1, ...event as object }))
    : kind === "legacy"
    ? [
      { type: "fetch_history", before: 5, limit: 5 },
      { type: "list_commands" },
      { type: "list_files", prefix: "src/" },
      { type: "attach_file", filename: "a", content: "aGk=" },
      { type: "abort" },
      "hello",
    ]
    : calls;
  return frames.map((frame) => JSON.stringify(frame));
}

const SPLINTERS = [
  "null",
  "-1",
  "1e400",
  '"__proto__"',
  "[]",
  "{}",
  "[[[[[[[[",
  '"\\ud800"',
  "9007199254740993",
  '"constructor"',
  "\u0000",
  "true",
];

function mutated(frame: string, chance: Chance): string {
  let text = frame;
  for (let times = chance.below(4); times > 0; times--) {
    const at = chance.below(text.length + 1);
    const to = Math.min(text.length, at + chance.below(12));
    switch (chance.below(4)) {
      case 0:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at, to).repeat(3) +
          text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) +
          String.fromCharCode(chance.below(0xd800)) + text.slice(at + 1);
        break;
      case 3:
        text = text.replace(
          /(:)("[^"]*"|\d+|\{\}|\[\])/,
          (whole, colon: string) =>
            chance.next() < 0.5 ? whole : colon + chance.pick(SPLINTERS),
        );
    }
  }
  return text;
}

const FRAMES = 100_000;

test(
  "100,000 random frames leave a healthy daemon of the same size",
  async () => {
    const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 1_000_000);
    const chance = makeChance(seed);
    try {
      await besiege(async ({ hypivisor, agent, open, others }) => {
        agent.onRequest = () => ({});
        const kinds = [
          { kind: "client", path: "/ws" },
          { kind: "uplink", path: "/ws?uplink=2" },
          { kind: "viewer", path: "/ws/agent/good" },
          { kind: "legacy", path: "/ws/agent/good" },
        ];
        const sockets = new Map<string, RawSocket>();
        const socketOf = async (kind: string, path: string) => {
          const known = sockets.get(kind);
          if (known && !known.isClosed && !known.close) return known;
          known?.tcp.destroy();
          const raw = await open(path, kind === "viewer" ? [SUBPROTOCOL] : []);
          if (kind === "uplink") {
            const payload = JSON.stringify(REGISTER);
            raw.send({ opcode: OPCODE.text, payload });
          }
          sockets.set(kind, raw);
          return raw;
        };
        const storm = async (frames: number) => {
          for (let sent = 0; sent < frames;) {
            const { kind, path } = chance.pick(kinds);
            const raw = await socketOf(kind, path);
            const valid = seeds(kind);
            for (let n = 0; n < 50; n++, sent++) {
              const payload = mutated(chance.pick(valid), chance);
              const isOdd = chance.next() < 0.01;
              raw.send({
                opcode: isOdd ? chance.below(16) : OPCODE.text,
                payload,
              });
            }
            // All of it was read before it is dropped.
            raw.send({ opcode: OPCODE.ping, payload: `at ${sent}` });
            await until(() =>
              raw.isClosed || raw.close || raw.text.includes(`at ${sent}`)
            );
            if (raw.heard.length > 4_000_000) raw.tcp.destroy();
            agent.commands.length = 0;
          }
        };

        await storm(FRAMES / 4);
        await others();
        const warm = residentMiB(hypivisor.pid);
        await storm(FRAMES * 3 / 4);
        await others();
        const grown = residentMiB(hypivisor.pid) - warm;
        assert(grown < 60, `The daemon grew from ${warm} MiB by ${grown} MiB`);
        for (const raw of sockets.values()) raw.tcp.destroy();
      });
    } catch (thrown) {
      throw new Error(`Again with HOSTILE_SEED=${seed}`, { cause: thrown });
    }
  },
  120_000,
);
