/** Our agents as viewers of the original see them, without a subprotocol. */

import { assertEquals } from "@std/assert";
import { test } from "bun:test";

import { asked } from "./harness/fake_agent.ts";

import { type Frame, TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { playLegacy } from "./harness/legacy_scene.ts";

const types = (viewer: TestSocket) => viewer.frames.map(({ type }) => type);

test("a turn with a tool is told in pi's own events, in pi's order", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    const call = { id: "call_1", name: "bash" };
    const args = '{"command":"ls"}';
    agent.act({ kind: "working", since: 1 });
    agent.add(asked("list", 1));
    agent.flight = { key: "assistant:2", startedAt: 2, blocks: [] };
    agent.event({ type: "flight", flight: agent.flight, tools: [] });
    agent.event({
      type: "block",
      at: 0,
      block: { kind: "tool", text: "", call },
    });
    agent.event({ type: "delta", at: 0, text: args.slice(0, 5) });
    agent.event({ type: "delta", at: 0, text: args.slice(5) });
    agent.add({
      kind: "message",
      key: "assistant:2",
      message: {
        role: "assistant",
        content: [{
          type: "toolCall",
          ...call,
          arguments: { command: "ls" },
        }],
        timestamp: 2,
        stopReason: "toolUse",
      },
    });
    const tool = {
      ...call,
      args: { command: "ls" },
      state: "running" as const,
      startedAt: 3,
      output: "",
    };
    agent.event({ type: "tool", tool });
    agent.event({ type: "output", id: call.id, keep: 0, text: "a.txt\n" });
    agent.event({ type: "output", id: call.id, keep: 6, text: "b.txt\n" });
    agent.event({ type: "tool", tool: { ...tool, state: "done" } });
    agent.add({
      kind: "message",
      key: "tool:call_1",
      message: {
        role: "toolResult",
        toolCallId: call.id,
        toolName: call.name,
        content: [{ type: "text", text: "a.txt\nb.txt\n" }],
        isError: false,
        timestamp: 4,
      },
    });
    agent.stream("two files", 5);
    await viewer.frame(({ type, message }) =>
      type === "message_end" && message.timestamp === 5
    );

    const told = viewer.frames.slice(1).map((frame) => {
      const kind = frame.assistantMessageEvent?.type;
      return `${frame.type}${frame.message ? `/${frame.message.role}` : ""}${
        kind ? ` ${kind}` : ""
      }`;
    });
    assertEquals(told, [
      "message_start/user",
      "message_end/user",
      "message_start/assistant",
      "message_update/assistant toolcall_start",
      "message_update/assistant toolcall_delta",
      "message_update/assistant toolcall_delta",
      "message_end/assistant",
      "tool_execution_start",
      "tool_execution_update",
      "tool_execution_update",
      "tool_execution_end",
      "message_start/toolResult",
      "message_end/toolResult",
      "message_start/assistant",
      "message_update/assistant text_start",
      "message_update/assistant text_delta",
      "message_update/assistant text_delta",
      "message_update/assistant text_delta",
      "message_end/assistant",
    ]);
    const updates = viewer.frames.filter(({ type }) =>
      type === "message_update"
    );
    assertEquals(updates[2].message.content[0], {
      type: "toolCall",
      ...call,
      arguments: { command: "ls" },
    });
    // Each carries the whole message so far, twice, as pi's own.
    assertEquals(updates.at(-1).message.content[0].text, "two files");
    assertEquals(
      updates.at(-1).assistantMessageEvent.partial,
      updates.at(-1).message,
    );
    const [start, , second, end] = viewer.frames
      .filter(({ type }) => type.startsWith("tool_execution"));
    assertEquals(start, {
      type: "tool_execution_start",
      toolCallId: "call_1",
      toolName: "bash",
      args: { command: "ls" },
    });
    assertEquals(second.partialResult, {
      content: [{ type: "text", text: "a.txt\nb.txt\n" }],
    });
    assertEquals(end.isError, false);
    assertEquals(end.result, {
      content: [{ type: "text", text: "a.txt\nb.txt\n" }],
    });
  });
});

test("who joins mid-answer sees the whole partial", async () => {
  await playLegacy([asked("go", 1)], async ({ hypivisor, agent, viewer }) => {
    agent.act({ kind: "working", since: 1 });
    agent.flight = { key: "assistant:2", startedAt: 2, blocks: [] };
    agent.event({ type: "flight", flight: agent.flight, tools: [] });
    agent.event({ type: "block", at: 0, block: { kind: "text", text: "" } });
    agent.event({ type: "delta", at: 0, text: "Once upon " });
    await until(() => types(viewer).includes("message_update"));

    await using late = await TestSocket.open(
      hypivisor.socketUrl(`/ws/agent/${agent.id}`),
    );
    agent.event({ type: "delta", at: 0, text: "a time" });

    const init = await late.frame(({ type }) => type === "init_state");
    assertEquals(init.isStreaming, true);
    const update = await late.frame(({ type, message }) =>
      type === "message_update" &&
      message.content[0].text === "Once upon a time"
    );
    assertEquals(update.message.role, "assistant");
    assertEquals(types(late)[1], "message_start");
  });
});

test("plain text is a prompt, and so is JSON without a type", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    for (const text of ["do it", "{", '{"a":1}', "[1]", "42", "null"]) {
      viewer.send(text);
    }
    viewer.send("  \n\t ");
    viewer.send("last");

    await until(() => agent.commands.length >= 7);
    assertEquals(
      agent.commands.map(({ command }) =>
        command.kind === "prompt" && command.text
      ),
      ["do it", "{", '{"a":1}', "[1]", "42", "null", "last"],
    );
    assertEquals(viewer.frames.length, 1);
  });
});

test("JSON of an unknown type is refused, and the model never sees it", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    viewer.send({ type: "set_model", model: "x" });
    viewer.send({ type: "__proto__" });
    await until(() => viewer.frames.length === 3);

    assertEquals(viewer.frames[1], {
      type: "error",
      message: 'Unknown message type "set_model"',
    });
    viewer.send({ type: "abort" });
    await until(() => agent.commands.length === 1);
    assertEquals(agent.commands[0]?.command, { kind: "abort" });
    assertEquals(viewer.closed, undefined);
  });
});

test("commands and files are listed for who asks, nobody else", async () => {
  await playLegacy([], async ({ hypivisor, agent, viewer }) => {
    await using other = await TestSocket.open(
      hypivisor.socketUrl(`/ws/agent/${agent.id}`),
    );
    await other.frame(({ type }) => type === "init_state");
    viewer.send({ type: "list_commands" });
    viewer.send({ type: "list_files", prefix: "src/" });

    assertEquals(await viewer.frame(({ type }) => type === "commands_list"), {
      type: "commands_list",
      commands: [{ name: "/hi", description: "Greets" }],
    });
    assertEquals(await viewer.frame(({ type }) => type === "files_list"), {
      type: "files_list",
      files: [{ path: "src/x.ts", isDirectory: false }],
      cwd: "/home/ada/shop",
    });
    assertEquals(types(other), ["init_state"]);
  });
});

test("a file is acknowledged, and goes with the next prompt", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    const attach = async (file: Frame): Promise<Frame> => {
      const before = viewer.frames.length;
      viewer.send({ type: "attach_file", ...file });
      await until(() => viewer.frames.length > before, { withinMs: 10_000 });
      return viewer.frames.at(-1);
    };
    const ack = { type: "attach_file_ack" };

    assertEquals(await attach({ filename: "a.txt", content: "aGk=" }), {
      ...ack,
      filename: "a.txt",
      success: true,
    });
    assertEquals(await attach({ content: "aGk=" }), {
      ...ack,
      filename: "",
      success: false,
      error: "filename is required",
    });
    assertEquals(await attach({ filename: "b.txt" }), {
      ...ack,
      filename: "b.txt",
      success: false,
      error: "content is required",
    });
    const large = "A".repeat(15 * 1024 * 1024);
    assertEquals(await attach({ filename: "c.bin", content: large }), {
      ...ack,
      filename: "c.bin",
      success: false,
      error: "file too large (12MB > 10MB)",
    });
    assertEquals(agent.commands, []);

    viewer.send("look at it");
    viewer.send("and again");
    await until(() => agent.commands.length === 2);
    const [first, second] = agent.commands.map(({ command }) => command);
    assertEquals(first, {
      kind: "prompt",
      text: "look at it",
      mode: "followUp",
      attachments: [{
        name: "a.txt",
        mimeType: "text/plain",
        data: "aGk=",
      }],
    });
    assertEquals(second, {
      kind: "prompt",
      text: "and again",
      mode: "followUp",
    });
  });
}, 20_000);

test("a prompt that the agent refuses is answered with its reason", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    agent.onCommand = (id) =>
      agent.event({
        type: "receipt",
        receipt: { id, state: "refused", reason: "No model is set" },
      });
    viewer.send("hello");

    assertEquals(await viewer.frame(({ type }) => type === "error"), {
      type: "error",
      message: "No model is set",
    });
  });
});

test("an agent that quits closes its viewers, with a code", async () => {
  await playLegacy([], async ({ agent, viewer }) => {
    agent.quit();

    assertEquals(await viewer.whenClosed(), {
      code: 4410,
      reason: "Agent went away",
    });
  });
});
