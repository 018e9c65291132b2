import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { WebSocketServer } from "ws";
import { Hypivisor } from "./harness/hypivisor.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

/** An agent of the original: listens, greets, echoes a prompt as two messages. */
function listenAsOriginal() {
  const heard: string[] = [];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const user = (text: string, timestamp: number) => ({
    role: "user",
    content: [{ type: "text", text }],
    timestamp,
  });
  const answer = (text: string, timestamp: number) => ({
    role: "assistant",
    content: text ? [{ type: "text", text }] : [],
    stopReason: "stop",
    timestamp,
  });
  server.on("connection", (socket) => {
    const send = (frame: unknown) => socket.send(JSON.stringify(frame));
    send({
      type: "init_state",
      messages: [user("before", 1), answer("long ago", 2)],
      tools: [{ name: "bash", description: "Runs a command" }],
    });
    socket.on("message", (data) => {
      const text = String(data);
      heard.push(text);
      if (text.startsWith("{")) return;
      send({ type: "message_start", message: user(text, 3) });
      send({ type: "message_end", message: user(text, 3) });
      send({ type: "message_start", message: answer("", 4) });
      for (const part of ["You", "You said", `You said ${text}`]) {
        send({ type: "message_update", message: answer(part, 4) });
      }
      send({ type: "message_end", message: answer(`You said ${text}`, 4) });
    });
  });
  return {
    heard,
    get port(): number {
      return (server.address() as { port: number }).port;
    },
    [Symbol.dispose]() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

test("the page sees and drives an agent that has the original's extension", async () => {
  using original = listenAsOriginal();
  await using hypivisor = await Hypivisor.start();
  await using registration = await TestSocket.open(hypivisor.socketUrl("/ws"));
  registration.send({
    id: "reg",
    method: "register",
    params: {
      id: "old-one",
      machine: "elsewhere.example",
      cwd: "/home/ada",
      port: original.port,
      status: "active",
    },
  });
  await registration.frame((frame) => frame.id === "reg");

  await using viewer = await TestViewer.open(hypivisor, "old-one");
  await until(() => viewer.items.length === 2, { seen: () => viewer.keys });
  const receipt = await viewer.call("prompt", { text: "hello", id: "p1" });
  assertEquals(receipt, { id: "p1", state: "started" });
  await until(() => viewer.items.length === 4, { seen: () => viewer.keys });
  assertEquals(viewer.keys, [
    "user:1",
    "assistant:2",
    "user:3",
    "assistant:4",
  ]);
  assertEquals(viewer.gaps, 0);

  await viewer.call("prompt", { text: "hello", id: "p1" });
  await viewer.call("abort", {});
  await until(() => original.heard.length === 2);
  assertEquals(original.heard, ["hello", '{"type":"abort"}']);
  const renamed = await viewer.call("rename", { name: "new name" });
  assertEquals(renamed.state, "refused");
});
