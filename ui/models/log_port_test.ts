import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type { LogLine, ServiceName } from "../../server/protocol/service.ts";
import type { Call } from "../rpc.ts";
import { logPort } from "./log_port.ts";

function line(seq: number): LogLine {
  return { seq, stream: "stdout", text: `line ${seq}` };
}

test("logPort tells of lines once a picture, and of the end at once", async () => {
  const calls: unknown[] = [];
  let hear: ((push: ClientPush) => void) | undefined;
  let paint: (() => void) | undefined;
  const port = logPort({
    call: ((method: string, params: unknown) => {
      calls.push([method, params]);
      return Promise.resolve({ subscription_id: 4, epoch: "a" });
    }) as Call,
    onPush(listener) {
      hear = listener;
      return () => hear = undefined;
    },
    soon(run) {
      paint = run;
      return () => paint = undefined;
    },
  }, "web" as ServiceName);
  const told: unknown[] = [];
  const listener = {
    lines: (lines: readonly LogLine[]) => told.push(lines.map((l) => l.seq)),
    end: (why: string | undefined) => told.push(why),
  };
  const since = { epoch: "a", seq: 6 };
  const push = (id: number, ...lines: LogLine[]) =>
    hear?.({ method: "log_lines", params: { subscription_id: id, lines } });

  const followed = await port.follow(since, listener);
  push(4, line(7), line(8));
  push(5, line(1));
  push(4, line(9));
  assertEquals(told, []);
  paint?.();
  push(4, line(10));
  hear?.({ method: "log_end", params: { subscription_id: 4, error: "cut" } });
  assertEquals(told, [[7, 8, 9], [10], "cut"]);
  assertEquals([hear, paint], [undefined, undefined]);

  followed.stop();
  assertEquals(calls, [
    ["logs", { name: "web", follow: true, batches: true, since }],
    ["logs_cancel", { subscription_id: 4 }],
  ]);
});
