import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import type { ServiceTools } from "../../server/protocol/service_tools.ts";
import { serviceTools, sleeps, whyNot } from "./service_tools.ts";

const LIST: ServiceTools = { tools: [{ name: "echo" }], isCut: false };

test("tools are asked for once at a time, and what is wrong is said", async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<ServiceTools>();
  let answer = promise;
  const tools = serviceTools(() => {
    asked++;
    return answer;
  });
  const first = tools.load();
  // Asking has started the process: that is the one that is asked.
  tools.forget();
  await tools.load();
  assertEquals([asked, tools.state.value.kind], [1, "asking"]);
  resolve(LIST);
  await first;
  assertEquals(tools.state.value, { kind: "listed", ...LIST });
  tools.forget();
  assertEquals(tools.state.value, { kind: "none" });

  answer = Promise.reject(
    new Error("Cannot list the tools: it wants a credential (HTTP 401)"),
  );
  await tools.load();
  assertEquals(tools.state.value, {
    kind: "refused",
    why: "It wants a credential (HTTP 401)",
  });
});

test("whyNot() says when there is nobody to ask", () => {
  const record = (more: Partial<ServiceRecord>) =>
    ({
      start: "eager",
      desired: "up",
      state: { kind: "running", since: 0, pid: 1 },
      ready: { kind: "unknown" },
      ...more,
    }) as ServiceRecord;
  const stopped = { kind: "stopped", since: 0 } as const;
  assertEquals(whyNot(record({})), undefined);
  assertEquals(
    whyNot(record({ ready: { kind: "waiting" } })),
    "It is not ready yet.",
  );
  assertEquals(
    whyNot(record({ state: stopped })),
    "It is not running. Its tools are listed while it runs.",
  );
  const lazy = record({ start: "lazy", state: stopped });
  assertEquals([sleeps(lazy), whyNot(lazy)], [true, undefined]);
  // Stopped by hand, being used does not start it.
  assertEquals(sleeps({ ...lazy, desired: "down" }), false);
});
