/** An agent that listens on a port of its own, as the original's clients see it. */

import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { readFile, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { HubStandIn } from "./harness/hub.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

const LONG = 60_000;

// deno-lint-ignore no-explicit-any
type Frame = any;

/** A client of the original, which knows nothing newer. */
class Client implements Disposable {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers } as never);
    this.socket.onmessage = ({ data }) => {
      this.frames.push(JSON.parse(String(data)));
    };
    this.socket.onclose = ({ code }) => this.closed = code;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  frame(fits: (frame: Frame) => unknown): Promise<Frame> {
    return until(() => this.frames.find(fits), {
      withinMs: 15_000,
      seen: () => this.frames.slice(-5),
    });
  }

  type(type: string): Promise<Frame> {
    return this.frame((frame) => frame.type === type);
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** The port that the agent bound, as it registered it. */
async function portOf(hub: HubStandIn): Promise<number> {
  await hub.frame("register", ({ method }) => method === "register");
  return hub.registers[0]?.params.port as number;
}

test("an agent that listens speaks the original's dialect", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  await Bun.write(join(home.work, "src", "main.ts"), "");
  home.tui({
    hypivisor: hub.url,
    env: { PI_SOCKET_PORT: "0", HYPI_TOKEN: "t0k+n" },
  });
  const url = `ws://127.0.0.1:${await portOf(hub)}/`;
  using client = new Client(`${url}?token=${encodeURIComponent("t0k+n")}`);
  const init = await client.type("init_state");
  assertEquals(init.messages, []);
  assert(
    init.tools.some((tool: Frame) => tool.name === "bash" && tool.parameters),
  );

  client.send({
    type: "attach_file",
    filename: "n.txt",
    content: btoa("note"),
  });
  assertEquals(await client.type("attach_file_ack"), {
    type: "attach_file_ack",
    filename: "n.txt",
    success: true,
  });
  client.send({ type: "attach_file", filename: "n.txt" });
  const refusal = await client.frame(({ success }) => success === false);
  assertEquals(refusal.error, "content is required");
  await Bun.sleep(100);
  assertEquals(
    client.frames.some(({ type }) => type === "message_start"),
    false,
  );

  client.send("#bash echo $((6*7))\n#say The end");
  await client.frame((frame) =>
    frame.type === "message_end" &&
    JSON.stringify(frame.message).includes("The end") &&
    frame.message.role === "assistant"
  );
  const types = new Set(client.frames.map(({ type }) => type));
  for (
    const type of [
      "message_start",
      "message_update",
      "message_end",
      "tool_execution_start",
      "tool_execution_end",
    ]
  ) assert(types.has(type), type);
  const user = client.frames.find(({ type, message }) =>
    type === "message_start" && message.role === "user"
  );
  assert(
    JSON.stringify(user).includes("[File: n.txt]"),
    "with the next prompt",
  );

  client.send({ type: "fetch_history", before: 2, limit: 1 });
  const page = await client.type("history_page");
  assertEquals([page.messages.length, page.hasMore, page.oldestIndex], [
    1,
    true,
    1,
  ]);
  client.send({ type: "list_commands" });
  const { commands } = await client.type("commands_list");
  assert(commands.some(({ name }: Frame) => name === "/compact"));
  client.send({ type: "list_files", prefix: "src/" });
  assertEquals(await client.type("files_list"), {
    type: "files_list",
    files: [{ path: "src/main.ts", isDirectory: false }],
    cwd: home.work,
  });
  client.send({ type: "from_the_future" });
  await client.type("error");

  hub.prompt("n1", "/new");
  await until(() =>
    client.frames.filter(({ type }) => type === "init_state").length === 2
  );
  assertEquals((await home.log()).filter((line) => line.needsHardening), []);
}, LONG);

test("an agent that listens lets nobody in without the token", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  home.rpc({ hypivisor: hub.url, env: { PI_SOCKET_PORT: "0" } });
  const port = await portOf(hub);
  const file = join(home.root, "state", "hypivisor", "token");
  const token = (await readFile(file, "utf8")).trim();
  assertEquals((await stat(file)).mode & 0o777, 0o600);
  const url = `ws://127.0.0.1:${port}/`;

  using stranger = new Client(url);
  using guesser = new Client(`${url}?token=wrong`);
  const origin = "http://evil.example";
  using page = new Client(`${url}?token=${token}`, { origin });
  for (const client of [stranger, guesser, page]) {
    await until(() => client.closed !== undefined);
    assertEquals(client.frames, []);
  }
  using own = new Client(url, { authorization: `Bearer ${token}` });
  await own.type("init_state");
}, LONG);

test(
  "an agent that listens beyond this machine wants to be given a token",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    home.rpc({
      hypivisor: hub.url,
      env: { PI_SOCKET_PORT: "0", PI_SOCKET_HOST: "0.0.0.0" },
    });
    assertEquals(await portOf(hub), 0);
    const lines = await until(async () => {
      const lines = await home.log();
      return lines.some(({ component }) => component === "listener") && lines;
    });
    const error = lines.find(({ component }) => component === "listener")
      ?.error;
    assertEquals(
      error,
      'Cannot listen on "0.0.0.0" without HYPI_TOKEN or HYPI_TOKEN_FILE',
    );
  },
  LONG,
);

test(
  "an agent whose port is taken binds the next one and registers that",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const holder = createServer();
    await new Promise<void>((ready) => holder.listen(0, "127.0.0.1", ready));
    const { port } = holder.address() as { port: number };
    try {
      home.rpc({
        hypivisor: hub.url,
        env: { PI_SOCKET_PORT: String(port), HYPI_TOKEN: "token" },
      });
      const bound = await portOf(hub);
      assert(bound > port && bound < port + 100, `${bound} after ${port}`);
      using client = new Client(`ws://127.0.0.1:${bound}/?token=token`);
      await client.type("init_state");
    } finally {
      holder.close();
    }
  },
  LONG,
);

test("a client that asks and does not read is sent away", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  home.rpc({
    hypivisor: hub.url,
    env: { PI_SOCKET_PORT: "0", HYPI_TOKEN: "token" },
  });
  const port = await portOf(hub);
  hub.prompt("p1", "#slow 0\n#long 20000");
  await hub.receipt("p1", "done");

  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    `GET /?token=token HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  const ask = '{"type":"fetch_history","before":9,"limit":9}';
  // A masked text frame; a mask of zeros leaves the text as it is.
  const frame = Buffer.concat([
    Buffer.from([0x81, 0x80 | ask.length, 0, 0, 0, 0]),
    Buffer.from(ask),
  ]);
  await new Promise<void>((done) => socket.once("data", () => done()));
  socket.pause();
  for (let n = 0; n < 300; n++) socket.write(frame);
  await until(
    async () => (await home.log()).some(({ msg }) => msg === "client too slow"),
    { withinMs: 15_000 },
  );
  socket.destroy();
  hub.prompt("p2", "#say not impressed");
  await hub.receipt("p2", "done");
}, LONG);
