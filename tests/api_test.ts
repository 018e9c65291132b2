/** The same operations over HTTP, their description, and the metrics. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asked, FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor, type HypivisorOptions } from "./harness/hypivisor.ts";
import type { Frame } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

interface Scene {
  readonly hypivisor: Hypivisor;
  readonly agent: FakeAgent;
  readonly call: (
    verb: string,
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; body: Frame }>;
}

async function play(
  run: (scene: Scene) => Promise<void>,
  options: HypivisorOptions = {},
): Promise<void> {
  await using hypivisor = await Hypivisor.start(options);
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { id: "n/1 ü", items: [asked("hello", 1), said("hi", 2)] },
  );
  await until(() => agent.acked > 0);
  await run({
    hypivisor,
    agent,
    async call(method, path, body) {
      const answer = await hypivisor.fetch(path, {
        method,
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
  });
}

const NODE = `/api/nodes/${encodeURIComponent("n/1 ü")}`;

test("nodes are listed, shown, renamed and forgotten", async () => {
  await play(async ({ hypivisor, agent, call }) => {
    const { status, body } = await call("GET", "/api/nodes");
    assertEquals(status, 200);
    assertEquals(body.nodes.map(({ id }: Frame) => id), [agent.id]);
    assertEquals(body.version, "0.1.0");
    const one = await call("GET", NODE);
    assertEquals(one, { status: 200, body: body.nodes[0] });
    assertEquals(one.body.state.kind, "idle");
    assertEquals(one.body.lastPrompt, "hello");

    const renamed = await call("PATCH", NODE, { name: " shop ", id: "r1" });
    assertEquals([renamed.status, renamed.body.id], [202, "r1"]);
    assertEquals(agent.commands[0], {
      id: "r1",
      command: { kind: "rename", name: "shop" },
    });

    const running = await call("DELETE", NODE);
    assertEquals([running.status, running.body.error.code], [409, "conflict"]);
    agent.stop();
    await until(async () =>
      (await call("GET", NODE)).body.state.kind === "offline"
    );
    assertEquals(await call("DELETE", NODE), { status: 200, body: {} });
    assertEquals((await call("GET", NODE)).status, 404);
    await hypivisor.stop();
    await hypivisor.start();
    assertEquals((await call("GET", "/api/nodes")).body.nodes, []);
  });
});

test("transcripts come by page, newest first", async () => {
  await play(async ({ agent, call }) => {
    const all = await call("GET", `${NODE}/transcript`);
    assertEquals(all.body, { items: agent.items, more: false });
    const newest = await call("GET", `${NODE}/transcript?bytes=1`);
    assertEquals(newest.body, { items: agent.items.slice(1), more: true });
    const key = encodeURIComponent(newest.body.items[0].key);
    const older = await call("GET", `${NODE}/transcript?before=${key}`);
    assertEquals(older.body, { items: agent.items.slice(0, 1), more: false });

    agent.onRequest = () => ({ items: [], more: false });
    const unknown = await call("GET", `${NODE}/transcript?before=nothing`);
    assertEquals(unknown.body, { items: [], more: false });
    for (const bytes of ["0", "-1", "x", "1e9", "1.5", "99999999"]) {
      const bad = await call("GET", `${NODE}/transcript?bytes=${bytes}`);
      assertEquals([bad.status, bad.body.error.code], [400, "bad_request"]);
    }
  });
});

test("prompts, steering and aborts are handed over once, with a receipt", async () => {
  await play(async ({ agent, call }) => {
    const prompt = { text: "go", id: "p1", mode: "followUp" };
    const first = await call("POST", `${NODE}/prompt`, prompt);
    assertEquals(first, { status: 202, body: { id: "p1", state: "started" } });
    await call("POST", `${NODE}/prompt`, prompt);
    await call("POST", `${NODE}/steer`, { text: "left", mode: "followUp" });
    await call("POST", `${NODE}/abort`);
    await call("POST", `${NODE}/abort`, {});

    assertEquals(agent.commands.map(({ command }) => command), [
      { kind: "prompt", text: "go", mode: "followUp" },
      { kind: "prompt", text: "left", mode: "steer" },
      { kind: "abort" },
      { kind: "abort" },
    ]);
    const bad: [unknown, number][] = [
      [{}, 400],
      [{ text: 7 }, 400],
      [{ text: " \n" }, 400],
      [{ text: "x", mode: "now" }, 400],
      [{ text: "x", attachments: {} }, 400],
      [{ text: "x", attachments: Array(21).fill({}) }, 400],
      ["[]", 400],
      ["{", 400],
      ['{"text":"x","__proto__":{"mode":"now"}}', 202],
    ];
    for (const [body, wanted] of bad) {
      const { status } = await call("POST", `${NODE}/prompt`, body);
      assertEquals(status, wanted, JSON.stringify(body));
    }
    agent.stop();
    await until(async () =>
      (await call("POST", `${NODE}/abort`)).status === 503
    );
    const gone = await call("POST", `${NODE}/prompt`, { text: "?" });
    assertEquals(gone.body, {
      error: { code: "unavailable", message: "Agent is offline" },
    });
  });
});

test("folders are listed as on the socket", async () => {
  const home = mkdtempSync(join(tmpdir(), "api-home-"));
  mkdirSync(join(home, "shop"));
  try {
    await play(async ({ call }) => {
      assertEquals((await call("GET", "/api/directories")).body, {
        current: home,
        directories: ["shop"],
      });
      const inside = encodeURIComponent(join(home, "shop"));
      const listed = await call("GET", `/api/directories?path=${inside}`);
      assertEquals(listed.body.directories, []);
      const outside = await call("GET", "/api/directories?path=/");
      assertEquals([outside.status, outside.body.error], [403, {
        code: "forbidden",
        message: "Path resolves outside home directory",
      }]);
    }, { env: { HOME: home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test("what is not there is said in the API's own words", async () => {
  await play(async ({ call }) => {
    for (
      const [verb, path] of [
        ["GET", "/api/nothing"],
        ["PUT", "/api/nodes"],
        ["POST", "/api/nodes"],
        ["GET", "/api/nodes/nobody"],
        ["GET", "/api/nodes/__proto__"],
        ["GET", "/api/nodes/nobody/transcript"],
        ["DELETE", "/api/nodes/nobody"],
        ["POST", "/api/nodes/nobody/abort"],
        ["GET", `/api/nodes/${"x".repeat(201)}`],
        ["GET", "/api/nodes/%E0%A4%A"],
      ] as const
    ) {
      const { status, body } = await call(verb, path);
      assert([404, 400].includes(status), `${verb} ${path} ${status}`);
      assert(["not_found", "bad_request"].includes(body.error.code));
      assertMatch(body.error.message, /^Cannot /);
    }
  });
});

test("the description is OpenAPI 3.1, and each path in it answers", async () => {
  await play(async ({ call }) => {
    const { body: document } = await call("GET", "/api/openapi.json");
    assertEquals(document.openapi, "3.1.0");
    assertEquals(document.info.version, "0.1.0");
    const ids = new Set<string>();
    let operations = 0;
    for (const [path, verbs] of Object.entries<Frame>(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [verb, operation] of Object.entries<Frame>(verbs)) {
        operations++;
        ids.add(operation.operationId);
        assert(operation.summary.length > 0);
        const named = operation.parameters
          .filter((parameter: Frame) => parameter.in === "path");
        assertEquals(named.map(({ name }: Frame) => name), inPath);
        for (const parameter of operation.parameters) {
          assert(["path", "query"].includes(parameter.in));
          assertEquals(typeof parameter.schema.type, "string");
          if (parameter.in === "path") assertEquals(parameter.required, true);
        }
        for (const answer of Object.values<Frame>(operation.responses)) {
          assert(answer.description.length > 0);
          assert("application/json" in answer.content);
        }
        // That one answers once, in a test of its own.
        if (path === "/api/shutdown") continue;
        // A node that is not there: answered by the route, not by the lack
        // of one.
        const { status, body } = await call(
          verb.toUpperCase(),
          path.replace("{node}", "nobody"),
          operation.requestBody ? { text: "x", name: "x" } : undefined,
        );
        const missing = "Cannot find this in the API";
        assert(body.error?.message !== missing, `${verb} ${path}`);
        assert(status < 500, `${verb} ${path} ${status}`);
      }
    }
    assertEquals(ids.size, operations);
    assert(operations >= 9);
    for (const [ref] of JSON.stringify(document).matchAll(/#\/[\w/]+/g)) {
      const target = ref.slice(2).split("/")
        .reduce((at: Frame, part) => at?.[part], document);
      assert(target !== undefined, `${ref} leads nowhere`);
    }
    const prompt = document.paths["/api/nodes/{node}/prompt"].post;
    const { schema } = prompt.requestBody.content["application/json"];
    assertEquals(schema.required, ["text"]);
    assertEquals(schema.properties.mode.enum, ["steer", "followUp"]);
  }, { inOwnHome: true });
});

test("metrics have the promised series, and count", async () => {
  await play(async ({ hypivisor, agent, call }) => {
    await using viewer = await TestViewer.open(hypivisor, agent.id);
    agent.add(said("more", 3));
    await until(() => viewer.items.length === 3);
    await call("POST", `${NODE}/prompt`, { text: "go" });
    const answer = await hypivisor.fetch("/metrics");
    assertMatch(
      answer.headers.get("content-type") ?? "",
      /^text\/plain; version=0\.0\.4/,
    );
    const text = await answer.text();
    const values = new Map(
      text.split("\n").filter((line) => line && !line.startsWith("#"))
        .map((line) => {
          const space = line.lastIndexOf(" ");
          return [line.slice(0, space), Number(line.slice(space + 1))];
        }),
    );
    const positive = [
      "hypivisor_events_in_total",
      "hypivisor_events_out_total",
      "hypivisor_bytes_in_total",
      "hypivisor_bytes_out_total",
      "hypivisor_prompts_total",
      'hypivisor_nodes{state="idle"}',
      "hypivisor_agents",
      "hypivisor_viewers",
      "hypivisor_resident_memory_bytes",
    ];
    for (const name of positive) assert((values.get(name) ?? 0) > 0, name);
    for (
      const name of [
        "hypivisor_resyncs_total",
        "hypivisor_too_slow_total",
        "hypivisor_clients",
        'hypivisor_nodes{state="offline"}',
        ...["host", "origin", "credential", "slowed"].map((reason) =>
          `hypivisor_refused_requests_total{reason="${reason}"}`
        ),
      ]
    ) assertEquals(values.get(name), 0, name);
    // Each series is introduced once, before its values.
    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) =>
      name
    );
    assertEquals(new Set(names).size, names.length);
    for (const series of values.keys()) {
      assert(names.includes(series.split("{")[0]), series);
    }
  });
});
