/**
 * An MCP server on stdio that does as its argument says, mostly badly: run by
 * `bun mcp_child.ts HOW`. Speaks raw JSON-RPC of the legacy era.
 */

const how = process.argv[2] ?? "";

interface Message {
  id?: number;
  method?: string;
  params?: {
    name?: string;
    requestId?: number;
    uri?: string;
    level?: string;
  };
}

function send(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

const started = how.split(":")[0] === "dies_at_start";
if (started) {
  process.stderr.write("Cannot find module 'left-pad'\n");
  process.exit(7);
}
if (how === "floods") flood();
if (how === "odd") sayOddThings();

/** What no server should say, before anybody has asked. */
function sayOddThings(): void {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  process.stdout.write(
    [
      "\ufeffHello",
      "null",
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"2.0","id":1}',
      '{"jsonrpc":"2.0","id":99,"result":{}}',
      '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"?"}}',
      '{"jsonrpc":"2.0","id":"1","result":"no object"}',
      '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
      `{"jsonrpc":"2.0","method":"x","params":{"a":${deep}}}`,
      '{"jsonrpc":"2.0","method":"notifications/progress"}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":{}}}',
      '{"jsonrpc":"2.0","method":"constructor","params":{}}',
      '{"jsonrpc":"2.0","id":"a","method":"roots/list"}',
      '{"jsonrpc":"2.0","id":"b","method":"sampling/createMessage"}',
      '{"jsonrpc":"2.0","id":"c","method":"__proto__"}',
      '{"jsonrpc":"2.0","id":"d","method":"ping"}',
      '{"jsonrpc":"2.0","id":"d","method":"ping"}',
    ].join("\n") + "\n",
  );
}

/** Prose and half messages without end, as fast as the pipe takes them. */
function flood(): void {
  const lines = 'not JSON at all\n{"jsonrpc":"2.0","meth\n'.repeat(500);
  const more = (): void => {
    if (process.stdout.write(lines)) setImmediate(more);
    else process.stdout.once("drain", () => setImmediate(more));
  };
  more();
}

function initialize(id: number): void {
  switch (how) {
    case "hangs":
      return;
    case "dies_in_initialize":
      process.stderr.write("FATAL: no database\n");
      process.exit(3);
  }
  if (how === "refuses") {
    send({ id, error: { code: -32000, message: "licence has expired" } });
    return;
  }
  send({
    id,
    result: {
      protocolVersion: "2025-11-25",
      capabilities: {
        tools: {},
        logging: {},
        resources: { subscribe: true },
      },
      serverInfo: { name: how, version: "1" },
    },
  });
}

function call(id: number, name: string): void {
  switch (name) {
    case "wait":
      process.stderr.write("waiting\n");
      return;
    case "die":
      process.stderr.write("panic: index out of range\n");
      process.exit(9);
      return;
    case "big":
    case "big_last": {
      const text = "x".repeat(5 * 1024 * 1024);
      const result = { content: [{ type: "text", text }] };
      if (name === "big") send({ id, result });
      else {
        const json = JSON.stringify({ result, jsonrpc: "2.0", id });
        process.stdout.write(`${json}\n`);
      }
      return;
    }
    case "endless":
      process.stdout.write("y".repeat(20 * 1024 * 1024));
      send({ id, result: { content: [] } });
      return;
    case "deaf":
      // Blocks this thread: nothing is read from here on.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return;
    case "chat":
      for (let i = 0; i < 2_000; i++) {
        const data = "c".repeat(10_000);
        const params = { level: "info", data };
        send({ method: "notifications/message", params });
      }
      send({ id, result: TEXT });
      return;
    case "update":
      send({
        method: "notifications/resources/updated",
        params: { uri: "x://1" },
      });
      send({ id, result: TEXT });
      return;
    case "slow":
      setTimeout(() => send({ id, result: TEXT }), 400);
      return;
    default:
      send({ id, result: TEXT });
  }
}

const TEXT = { content: [{ type: "text", text: "fine" }] };

let rest = "";
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line) as Message;
    if (method === "initialize") initialize(id!);
    else if (method === "tools/call") call(id!, params?.name ?? "");
    else if (method === "notifications/cancelled") {
      process.stderr.write(`cancelled ${params?.requestId}\n`);
    } else if (method === undefined) {
      process.stderr.write(`${line}\n`); // The answer to a question of ours.
    } else if (/subscribe$|setLevel$/.test(method ?? "")) {
      process.stderr.write(`${method} ${params?.uri ?? params?.level}\n`);
      send({ id, result: {} });
    } else if (method === "tools/list") send({ id, result: { tools: [] } });
    else if (id !== undefined) {
      send({ id, error: { code: -32601, message: `No ${method}` } });
    }
  }
});
