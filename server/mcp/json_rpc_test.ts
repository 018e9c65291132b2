import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import {
  failure,
  readMessage,
  requestLine,
  responseLine,
  success,
} from "./json_rpc.ts";

const read = (json: string) => readMessage(JSON.parse(json));

test("readMessage() tells requests, notifications and responses apart", () => {
  assertEquals(read(requestLine("a", "m", { x: 1 })), {
    kind: "request",
    id: "a",
    method: "m",
    params: { x: 1 },
  });
  assertEquals(read('{"jsonrpc":"2.0","method":"n"}'), {
    kind: "notification",
    method: "n",
    params: {},
  });
  const done = success({ ok: true });
  assertEquals(read(responseLine(3, done)), {
    kind: "response",
    id: 3,
    outcome: done,
  });
  const failed = failure(-32602, "No", { uri: "x" });
  assertEquals(read(responseLine(null, failed)), {
    kind: "response",
    id: null,
    outcome: failed,
  });
});

test("readMessage() refuses what is none", () => {
  for (
    const json of [
      "null",
      "[]",
      "{}",
      '{"method":"m","id":1}',
      '{"jsonrpc":"2.0","id":1}',
      '{"jsonrpc":"2.0","id":{},"method":"m"}',
      '{"jsonrpc":"2.0","id":null,"method":"m"}',
      '{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}',
      '{"jsonrpc":"2.0","id":1,"result":3}',
      '{"jsonrpc":"2.0","id":1,"error":"no"}',
      '[{"jsonrpc":"2.0","method":"n"}]',
    ]
  ) assertEquals(read(json), undefined, json);
});
