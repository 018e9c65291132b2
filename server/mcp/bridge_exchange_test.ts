import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Exchange } from "./bridge_exchange.ts";
import { success } from "./json_rpc.ts";

const never = new AbortController().signal;

test("Exchange.next() gives all questions at once, then the outcome", async () => {
  const exchange = new Exchange("tools/call");
  const answers = [
    exchange.ask("elicitation/create", { message: "a" }, never),
    exchange.ask("sampling/createMessage", { prompt: "b" }, never),
  ];
  const step = await exchange.next();
  assert(step.kind === "questions");
  assertEquals(step.questions, {
    "1": { method: "elicitation/create", params: { message: "a" } },
    "2": { method: "sampling/createMessage", params: { prompt: "b" } },
  });

  exchange.resume({ "1": { action: "accept" } });
  assertEquals((await answers[0])!, success({ action: "accept" }));
  assertEquals((await answers[1])!.kind, "error");
  const next = exchange.next();
  exchange.finish(success({ done: true }));
  assertEquals(await next, {
    kind: "outcome",
    outcome: success({ done: true }),
  });
});

test("Exchange.park() gives up on a client that stays away", async () => {
  const exchange = new Exchange("tools/call");
  const asked = exchange.ask("m", {}, exchange.stop.signal);
  await new Promise<void>((resolve) => exchange.park(1, resolve));
  assertEquals(exchange.stop.signal.aborted, true);
  assertEquals((await asked).kind, "error");
});
