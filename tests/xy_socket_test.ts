/** What programs of `xy` say and hear on the socket for them, and on `/ws`. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { LINKS_MAX } from "../server/links/xy_socket.ts";
import { ServiceHost, sleeper, TALKER } from "./harness/service_host.ts";
import { freePort } from "./harness/free_port.ts";
import { until } from "./harness/until.ts";

interface Said {
  readonly id?: number | null;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A program of `xy`: one JSON value a line. */
class XyClient implements AsyncDisposable {
  readonly heard: Said[] = [];
  readonly #socket;
  #rest = "";
  isClosed = false;
  #ids = 0;

  constructor(dataDir: string) {
    this.#socket = connect(join(dataDir, "xy.sock"));
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.heard.push(JSON.parse(line) as Said);
    });
    this.#socket.on("close", () => this.isClosed = true);
    this.#socket.on("error", () => this.isClosed = true);
  }

  write(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async call(method: string, params?: object): Promise<Said> {
    const id = ++this.#ids;
    this.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n");
    return await until(() => this.heard.find((one) => one.id === id), {
      withinMs: 10_000,
      seen: () => this.heard.slice(-3),
    });
  }

  // deno-lint-ignore require-await -- the interface wants a promise.
  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

test("calls of xy have its results and its numbers of errors", async () => {
  const port = freePort();
  await using host = await ServiceHost.start({
    alpha: sleeper(`port ${port}\n`),
  });
  const { state } = await host.becomes("alpha", "running");
  await using xy = new XyClient(host.dataDir);

  const [first] = (await xy.call("list")).result as Record<string, unknown>[];
  const { uptime_secs, ...summary } = first ?? {};
  assert(typeof uptime_secs === "number");
  assertEquals(summary, {
    name: "alpha",
    state: "running",
    pid: "pid" in state ? state.pid : 0,
    port,
    restart_count: 0,
    desired: "up",
    starts: 1,
    retries_in_window: 0,
    ready: "waiting",
    health: "unknown",
  });
  const status = (await xy.call("status", { name: "alpha" })).result as {
    recent_transitions: { from: string; to: string }[];
  };
  assertEquals(
    status.recent_transitions.map(({ from, to }) => `${from} ${to}`),
    ["stopped starting", "starting running"],
  );
  assertEquals((await xy.call("start", { name: "alpha" })).result, {
    started: [],
    already_running: ["alpha"],
  });
  assertEquals((await xy.call("restart", { all: true })).result, {
    restarted: ["alpha"],
  });
  assertEquals((await xy.call("stop", { name: "alpha" })).result, {
    stopped: ["alpha"],
    not_running: [],
  });
  assertEquals((await xy.call("reload")).result, {
    added: [],
    removed: [],
    changed: [],
    unchanged: ["alpha"],
  });

  const codeOf = async (method: string, params?: object) =>
    (await xy.call(method, params)).error;
  assertEquals((await codeOf("nope"))?.message, "unknown method `nope`");
  assertEquals((await codeOf("nope"))?.code, -32601);
  assertEquals((await codeOf("status", { name: "x" }))?.code, -32001);
  assertEquals((await codeOf("logs", { name: "x" }))?.code, -32001);
  assertEquals(
    (await codeOf("start", { name: "x" }))?.message,
    "no such server `x`",
  );
  assertEquals((await codeOf("start", {}))?.code, -32602);
  assertEquals(
    (await codeOf("stop", { all: false }))?.message,
    "must set all=true",
  );
  host.write("bad", "port 1\n");
  const faulty = await codeOf("reload");
  assertEquals(faulty?.code, -32003);
  assert(faulty?.message.includes("missing required field `command`"));
}, 60_000);

test(
  "an exit has the number that a shell would say, and its signal (B16)",
  async () => {
    await using host = await ServiceHost.start({
      crash: `command "sh" "-c" "exit 7"
transport "none"
restart { policy "never" }
`,
      killed: `command "sh" "-c" "kill -9 $$"
transport "none"
restart { policy "never" }
`,
    });
    await host.becomes("crash", "stopped");
    await host.becomes("killed", "stopped");
    await using xy = new XyClient(host.dataDir);
    const [crash, killed] = (await xy.call("list")).result as Record<
      string,
      unknown
    >[];
    assertEquals([crash?.last_exit, crash?.last_exit_signal], [7, undefined]);
    assertEquals([killed?.last_exit, killed?.last_exit_signal], [
      137,
      "SIGKILL",
    ]);
  },
  60_000,
);

test(
  "lines that are no calls are told so, and the next ones are answered (B52)",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    await host.becomes("alpha", "running");
    await using xy = new XyClient(host.dataDir);
    xy.write('nonsense\n{"id":501,"method":"list"}\n7\n[]\n');
    xy.write('{"jsonrpc":"2.0","id":9,"result":{}}\n');
    xy.write('{"jsonrpc":"2.0","method":"list"}\n\n\n');
    xy.write(new Uint8Array([0xff, 0xfe, 10]));
    xy.write("x".repeat(3_000_000) + "\n");
    await until(() => xy.heard.length === 6, { seen: () => xy.heard });
    assertEquals(xy.heard.map(({ error }) => error?.code).sort(), [
      -32600,
      -32600,
      -32600,
      -32700,
      -32700,
      -32700,
    ]);
    assert((await xy.call("list")).result);
    // In pieces, as slow programs write.
    const call = '{"jsonrpc":"2.0","id":77,"method":"list"}\n';
    for (const letter of call) xy.write(letter);
    await until(() => xy.heard.find(({ id }) => id === 77));
  },
  60_000,
);

test(
  "connections have a bound, and leave room when they go (B53)",
  async () => {
    await using host = await ServiceHost.start({ alpha: sleeper() });
    const clients = Array.from(
      { length: LINKS_MAX + 50 },
      () => new XyClient(host.dataDir),
    );
    await until(
      () => clients.filter(({ isClosed }) => isClosed).length === 50,
      {
        seen: () => clients.filter(({ isClosed }) => isClosed).length,
      },
    );
    for (const client of clients) await client[Symbol.asyncDispose]();
    await using xy = await until(async () => {
      const next = new XyClient(host.dataDir);
      const { result } = await next.call("list");
      return result !== undefined && next;
    });
    assert((await xy.call("list")).result);
  },
  30_000,
);

test("logs answer first, then come the lines, then the end", async () => {
  await using host = await ServiceHost.start({ talker: TALKER });
  await host.becomes("talker", "running");
  await using xy = new XyClient(host.dataDir);
  const { result } = await xy.call("logs", { name: "talker" });
  assertEquals(result, { subscription_id: 1 });
  await until(() => xy.heard.some(({ method }) => method === "log_end"));
  assertEquals(xy.heard[0]?.id, 1);
  const lines = xy.heard.filter(({ method }) => method === "log");
  const { ts_unix_ms: _, ...params } = lines[0]?.params ?? {};
  assertEquals(params, {
    subscription_id: 1,
    name: "talker",
    stream: "stdout",
    line: "ready",
  });
  assertEquals(xy.heard.at(-1)?.params, { subscription_id: 1 });

  await xy.call("logs", { name: "talker", follow: true, tail: 0 });
  await until(
    () =>
      xy.heard.some(({ params }) =>
        params?.subscription_id === 2 && params.line === "tick"
      ),
    { withinMs: 5_000 },
  );
  assertEquals(
    (await xy.call("logs_cancel", { subscription_id: 2 })).result,
    {},
  );
  assertEquals(
    (await xy.call("logs_cancel", { subscription_id: 9 })).result,
    {},
  );
  const before = xy.heard.length;
  await xy.call("list");
  assertEquals(xy.heard.length, before + 1);
}, 60_000);

test(
  "a follower that stops reading misses nothing that it is not told of, and holds up nobody",
  async () => {
    await using host = await ServiceHost.start({
      flood: `command "sh"
args "-c" "while :; do seq 1 20000; sleep 0.05; done"
transport "none"
`,
    });
    await host.becomes("flood", "running");
    await using xy = new XyClient(host.dataDir);
    await xy.call("logs", { name: "flood", follow: true, tail: 0 });
    xy.pause();
    const linesOf = async () => (await host.list())[0]?.log.lines ?? 0;
    const start = await linesOf();
    await until(async () => await linesOf() > start + 1_000_000, {
      withinMs: 60_000,
      seen: linesOf,
    });
    const before = xy.heard.length;
    xy.resume();
    await until(() => xy.heard.length > before + 200_000, {
      withinMs: 30_000,
      seen: () => xy.heard.length,
    });

    let last: number | undefined;
    for (const { method, params } of xy.heard) {
      if (method === "log_gap") last = undefined;
      if (method !== "log") continue;
      const line = Number(params?.line);
      if (last !== undefined) assertEquals(line, last % 20_000 + 1);
      last = line;
    }
    assert(!xy.isClosed);
  },
  120_000,
);
