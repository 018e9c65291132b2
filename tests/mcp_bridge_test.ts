/** The bridge between real servers on stdio and the official client. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeMcp } from "../server/mcp/probe.ts";
import { listTools } from "../server/mcp/tools.ts";
import {
  Bridged,
  callText,
  connect,
  type Mode,
  SERVERS,
} from "./harness/mcp_bridged.ts";
import { until } from "./harness/until.ts";

const ERAS = ["legacy", "modern"] as const;

/** One server of each kind; the last column is the era of its stdio side. */
const KINDS = [
  ["everything", SERVERS.everything(), "legacy"],
  ["v2 of both eras", SERVERS.v2("both"), "legacy"],
  ["v2 of the modern era", SERVERS.v2("modern"), "modern"],
] as const;

for (const [name, command, era] of KINDS) {
  test(`a bridge serves ${name} to clients of both eras`, async () => {
    await using bridged = new Bridged(command);

    for (const mode of ERAS) {
      await using client = await connect(bridged.url, mode);
      assertEquals(client.getProtocolEra(), mode);
      const { tools } = await client.listTools();
      assert(tools.some((tool) => tool.name === "echo"));
      const args = command === KINDS[0][1]
        ? { message: "Hällo" }
        : { text: "Hällo" };
      assertMatch(await callText(client, "echo", args), /Hällo$/);
    }
    const { state } = bridged.bridge;
    assert(state.kind === "ready");
    assertEquals(state.facts.era, era);
    assertEquals(
      (await bridged.bridge.check({ timeoutMs: 5_000 })).kind,
      "alive",
    );
    assertEquals(bridged.bridge.clients, 0);
  });
}

test("probe and tool list see a bridge as a server of both eras", async () => {
  await using bridged = new Bridged(SERVERS.everything());

  for (const era of ERAS) {
    const found = await probeMcp(bridged.url, { timeoutMs: 10_000, era });
    assert(found.kind === "alive", JSON.stringify(found));
    assertEquals(found.era, era);
    assertEquals(found.server?.name, "mcp-servers/everything");
    const list = await listTools(bridged.url, { timeoutMs: 10_000, era });
    assert(list.tools.length > 10);
  }
  assertEquals(bridged.bridge.clients, 0);
});

test("a file server behind a bridge reads its folder for every client", async () => {
  const dir = await mkdtemp(join(tmpdir(), "hypi-mcp-"));
  await writeFile(join(dir, "note.txt"), "the note");
  try {
    await using bridged = new Bridged(SERVERS.filesystem(dir));
    for (const mode of ERAS) {
      await using client = await connect(bridged.url, mode, {
        capabilities: { roots: { listChanged: true } },
      });
      const path = join(dir, "note.txt");
      assertEquals(
        await callText(client, "read_text_file", { path }),
        "the note",
      );
      // A client that names folders of its own changes nothing for others.
      if (mode === "legacy") await client.sendRootsListChanged();
      assertMatch(
        await callText(client, "read_text_file", { path: "/etc/hostname" }),
        /Access denied/,
      );
    }
  } finally {
    await rm(dir, { recursive: true });
  }
});

/** Makes many calls of very different length, and checks each answer. */
async function callMany(url: string, mode: Mode, who: number): Promise<void> {
  await using client = await connect(url, mode);
  const calls = Array.from({ length: 15 }, async (_, i) => {
    const text = `client ${who} call ${i}`;
    if (i % 5 !== 0) {
      assertEquals(
        await callText(client, "echo", { message: text }),
        `Echo: ${text}`,
      );
      return;
    }
    // Progress goes by a token that all clients number from the same start.
    const steps = 2 + (who + i) % 7;
    const seen: number[] = [];
    const result = await client.callTool({
      name: "trigger-long-running-operation",
      arguments: { duration: 0.2, steps },
    }, {
      onprogress: ({ progress, total }) => {
        assertEquals(total, steps);
        seen.push(progress);
      },
    });
    assertMatch(JSON.stringify(result.content), new RegExp(`Steps: ${steps}`));
    assertEquals(seen, Array.from({ length: steps }, (_, at) => at + 1));
  });
  await Promise.all(calls);
}

test("twenty clients at once share one process, and none gets another's answer", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  const { pid } = bridged.child;

  await Promise.all(
    Array.from(
      { length: 20 },
      (_, who) =>
        callMany(bridged.url, who % 2 === 0 ? "legacy" : "modern", who),
    ),
  );

  assertEquals(bridged.child.pid, pid);
  assertEquals(bridged.bridge.clients, 0);
});

test("a client that leaves cancels its call at the server", async () => {
  await using bridged = new Bridged(SERVERS.child("cancel"));
  for (const mode of ERAS) {
    const client = await connect(bridged.url, mode);
    const call = client.callTool({ name: "wait", arguments: {} });
    await until(() => bridged.stderr.includes("waiting"));
    await client.close();
    await call.catch(() => {});
    await until(() => bridged.stderr.includes("cancelled"), {
      seen: () => bridged.stderr,
    });
    bridged.stderr = "";
  }
});

test("a client hears of changed lists, and of resources it follows", async () => {
  for (const eras of ["both", "modern"] as const) {
    await using bridged = new Bridged(SERVERS.v2(eras));
    for (const mode of ERAS) {
      let changes = 0;
      await using client = await connect(bridged.url, mode, {
        listChanged: {
          tools: { autoRefresh: false, onChanged: () => void changes++ },
        },
      });
      assertEquals(await callText(client, "grow"), "grown");
      await until(() => changes > 0, { seen: () => ({ eras, mode }) });
    }
  }
});

test("a client hears of the resources it follows, and of no others", async () => {
  await using bridged = new Bridged(SERVERS.child("resources"));
  const heard: string[] = [];
  const listening = async (name: string, mode: Mode) => {
    const client = await connect(bridged.url, mode);
    client.setNotificationHandler(
      "notifications/resources/updated",
      ({ params }) => void heard.push(`${name} ${params.uri}`),
    );
    return client;
  };
  await using alice = await listening("alice", "legacy");
  await using bob = await listening("bob", "legacy");
  await using carol = await listening("carol", "modern");
  await alice.subscribeResource({ uri: "x://1" });
  await bob.subscribeResource({ uri: "x://2" });
  const carols = await carol.listen({ resourceSubscriptions: ["x://1"] });
  // One subscription at the server, however many follow.
  assertEquals(bridged.stderr.split("resources/subscribe x://1").length, 2);

  await callText(bob, "update");
  await until(() => heard.length >= 2);
  assertEquals(heard.sort(), ["alice x://1", "carol x://1"]);

  await alice.unsubscribeResource({ uri: "x://1" });
  assertEquals(bridged.stderr.includes("unsubscribe"), false);
  await carols.close();
  await until(() => bridged.stderr.includes("resources/unsubscribe x://1"));

  bridged.child.kill("SIGKILL");
  await until(() => bridged.bridge.state.kind === "down");
  bridged.start();
  await until(() => bridged.stderr.includes("resources/subscribe x://2"));
});

test("the server logs as much as the most curious client wants", async () => {
  await using bridged = new Bridged(SERVERS.child("logs"));
  await using alice = await connect(bridged.url, "legacy");
  await using bob = await connect(bridged.url, "legacy");
  await alice.setLoggingLevel("warning");
  await until(() => bridged.stderr.endsWith("setLevel warning\n"));
  await bob.setLoggingLevel("debug");
  await until(() => bridged.stderr.endsWith("setLevel debug\n"));

  let [alices, bobs] = [0, 0];
  alice.setNotificationHandler("notifications/message", () => void alices++);
  bob.setNotificationHandler("notifications/message", () => void bobs++);
  await callText(bob, "chat");
  await until(() => bobs === 2_000);
  assertEquals(alices, 0);
  await until(() => bridged.stderr.includes("debug"));
});

test("sessions outlive the process, and are told that lists may differ", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  let changes = 0;
  await using client = await connect(bridged.url, "legacy", {
    listChanged: {
      tools: { autoRefresh: false, onChanged: () => void changes++ },
    },
  });
  assertMatch(await callText(client, "echo", { message: "1" }), /1$/);

  bridged.child.kill("SIGKILL");
  await until(() => bridged.bridge.state.kind === "down");
  bridged.start();

  assertMatch(await callText(client, "echo", { message: "2" }), /2$/);
  await until(() => changes > 0);
});
