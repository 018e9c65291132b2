import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assertEquals } from "@std/assert";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type {
  McpSeen,
  ServiceName,
  ServiceRecord,
} from "../../server/protocol/service.ts";
import { AnswerLate, CallRefused, LinkLost } from "../rpc.ts";
import {
  serviceCommands,
  type ServiceCommandsPort,
} from "./service_commands.ts";
import { addQuestion, questionOf } from "./service_question.ts";
import { sayFault, sayIn, sayMcp, stateReason } from "./service_words.ts";
import {
  findServices,
  isTroubled,
  ServicesModel,
  servicesNear,
  switchOf,
} from "./services.ts";

const FILE = "/home/ada/.config/hypivisor/services/web.kdl";

function service(name: string, more: Partial<ServiceRecord> = {}) {
  return {
    name: name as ServiceName,
    file: FILE,
    state: { kind: "running", since: 0, pid: 12 },
    desired: "up",
    start: "eager",
    command: ["bun", "run", "web.ts"],
    transport: "http",
    port: 4010,
    starts: 1,
    restarts: 0,
    retriesInWindow: 0,
    ready: { kind: "unknown" },
    health: { kind: "unknown" },
    log: { bytes: 0, lines: 0, lostLines: 0 },
    faults: [],
    warnings: [],
    ...more,
  } satisfies ServiceRecord;
}

const failed = service("web", {
  state: { kind: "failed", since: 0, reason: "exited with code 3" },
});

test("ServicesModel follows what the server says, in order of names", () => {
  let push: (push: ClientPush) => void = () => {};
  const start = signal<readonly ServiceRecord[]>([service("web")]);
  const model = new ServicesModel({
    start,
    onPush(listener) {
      push = listener;
      return () => {};
    },
  });
  const names = () => model.all.value.map(({ name }) => name as string);
  push({ method: "service_set", params: { service: service("api") } });
  assertEquals(names(), ["api", "web"]);
  assertEquals(model.runningCount.value, 2);
  push({ method: "service_set", params: { service: failed } });
  assertEquals(model.runningCount.value, 1);
  assertEquals(model.troubled.value, [failed]);
  push({ method: "service_gone", params: { name: failed.name } });
  assertEquals(names(), ["api"]);
  start.value = [];
  assertEquals(names(), []);
});

test("a service is in trouble when a person has to look at it", () => {
  const place = { file: FILE, line: 2, column: 6, message: "expected integer" };
  assertEquals(isTroubled(service("a")), false);
  assertEquals(isTroubled(failed), true);
  assertEquals(isTroubled(service("a", { faults: [place] })), true);
  const unhealthy = { kind: "unhealthy", since: 0, failures: 3, why: "x" };
  const sick = { health: unhealthy } as Partial<ServiceRecord>;
  assertEquals(isTroubled(service("a", sick)), true);
  const down = { ...sick, state: { kind: "stopped", since: 0 } } as const;
  assertEquals(isTroubled(service("a", down)), false);
});

test("services near a folder are those in it, behind those in trouble", () => {
  const near = servicesNear([
    service("api", { folder: "/src/shop/api" }),
    service("here", { folder: "/src/shop" }),
    service("other", { folder: "/src/shopping" }),
    service("unknown"),
    failed,
  ], "/src/shop").map(({ name }) => name as string);
  assertEquals(near, ["web", "api", "here"]);
});

test("a state says why, and when it is tried again", () => {
  assertEquals(stateReason(service("a"), 0), undefined);
  assertEquals(stateReason(failed, 0), "Exited with code 3");
  const restarting = service("a", {
    state: {
      kind: "restarting",
      since: 0,
      attempt: 2,
      nextRetryAt: 4_000,
      reason: "ended by SIGKILL",
    },
  });
  assertEquals(
    stateReason(restarting, 500),
    "Ended by SIGKILL. Try 2 in 4 s",
  );
  assertEquals(sayIn(200_000, 0), "in 3:20");
  assertEquals(sayIn(5, 10), "now");
});

test("what a fault says leaves out what stands beside it", () => {
  const message = `invalid value for \`port\` in ${FILE}: expected integer`;
  assertEquals(
    sayFault({ file: FILE, line: 2, column: 6, message }),
    "Invalid value for `port`: expected integer",
  );
});

test("what a probe found of an MCP server is said", () => {
  const said = (mcp: McpSeen) =>
    sayMcp(service("a", { ready: { kind: "ready", at: 0, mcp } }));
  assertEquals(said({ era: "modern", needsAuth: false }), "Answers");
  assertEquals(
    said({ era: "legacy", needsAuth: false }),
    "Answers, older protocol",
  );
  assertEquals(said({ needsAuth: true }), "Wants a credential");
  assertEquals(sayMcp(service("a")), undefined);
});

test("findServices knows them by letters of their name", () => {
  const found = findServices([service("mail"), service("shop-api")], "sa");
  assertEquals(found.map(({ name }) => name as string), ["shop-api"]);
});

test("an agent is asked with the end of the log, whatever is in it", () => {
  const lines = Array.from({ length: 150 }, (_, seq) => ({
    seq,
    stream: "stdout" as const,
    text: seq === 149 ? "\x1b[31m```` oh\x1b[0m" : `line ${seq}`,
  }));
  const question = questionOf({ record: failed, lines, now: 0 });
  assertEquals(question.includes("is failed: Exited with code 3"), true);
  assertEquals(question.includes("line 49\n"), false);
  assertEquals(question.includes("`````text\nline 50\n"), true);
  assertEquals(question.endsWith("```` oh\n`````"), true);

  const draft = { text: "Look:", caret: 2, attached: ["a.png"] };
  const asked = addQuestion(draft, "Why?");
  assertEquals(asked, { ...draft, text: "Look:\n\nWhy?\n\n", caret: 13 });
});

function openCommands(
  call: (method: string, params: unknown) => Promise<unknown>,
) {
  const said: string[] = [];
  const commands = serviceCommands({
    call: call as ServiceCommandsPort["call"],
    say: (sentence) => said.push(sentence),
  });
  return { commands, said };
}

test("a refusal is said in a line, and a busy service is not asked twice", async () => {
  const asked: string[] = [];
  const answer = Promise.withResolvers<unknown>();
  const { commands, said } = openCommands((method) => {
    asked.push(method);
    return answer.promise;
  });
  const first = commands.act("start", failed.name);
  assertEquals(commands.busy.value.get(failed.name)?.act, "start");
  assertEquals(await commands.act("start", failed.name), false);
  const message = 'Cannot start "web": no such program\nlast words';
  answer.resolve({
    started: [],
    alreadyRunning: [],
    refused: [{ name: failed.name, kind: "spawn_failed", message }],
  });
  assertEquals(await first, false);
  assertEquals(asked, ["start_services"]);
  assertEquals(commands.busy.value.size, 0);
  assertEquals(said, [
    'Could not start web: Cannot start "web": no such program',
  ]);
});

test("a stop is asked while a start is under way, which then says nothing", async () => {
  const started = Promise.withResolvers<unknown>();
  const asked: unknown[] = [];
  const { commands, said } = openCommands((method, params) => {
    asked.push([method, params]);
    return method === "start_services"
      ? started.promise
      : Promise.resolve({ stopped: [], notRunning: [], refused: [] });
  });
  const { name } = failed;
  const start = commands.act("start", name);
  assertEquals(await commands.act("stop", name), true);
  assertEquals(await commands.act("end", name), true);
  const message = "it was stopped before it was ready";
  started.resolve({ refused: [{ name, kind: "spawn_failed", message }] });
  await start;
  assertEquals(asked, [
    ["start_services", { names: [name] }],
    ["stop_services", { names: [name] }],
    ["stop_services", { names: [name], now: true }],
  ]);
  assertEquals(said, []);
  assertEquals(commands.busy.value.size, 0);
});

test("a start that was given up says nothing of the one after it", async () => {
  const starts: PromiseWithResolvers<unknown>[] = [];
  const { commands, said } = openCommands((method) => {
    if (method !== "start_services") return Promise.resolve({ refused: [] });
    const start = Promise.withResolvers<unknown>();
    starts.push(start);
    return start.promise;
  });
  const { name } = failed;
  const first = commands.act("start", name);
  await commands.act("stop", name);
  const second = commands.act("start", name);
  const message = "it was stopped before it was ready";
  starts[0]?.resolve({ refused: [{ name, kind: "spawn_failed", message }] });
  await first;
  assertEquals(said, []);
  assertEquals(commands.busy.value.get(name)?.act, "start");
  starts[1]?.resolve({ refused: [] });
  assertEquals(await second, true);
  assertEquals(commands.busy.value.size, 0);
});

test("what could not be asked is said, what is not answered yet is not", async () => {
  const { name } = failed;
  const lost = openCommands(() =>
    Promise.reject(new LinkLost("Not connected"))
  );
  await lost.commands.act("stop", name);
  assertEquals(lost.said, [`Could not stop ${name}: Not connected`]);
  const late = openCommands(() => Promise.reject(new AnswerLate("No answer")));
  await late.commands.act("start", name);
  assertEquals(late.said, []);
});

test("one press stops, and one a while later does not wait any more", () => {
  const at = (kind: string) =>
    switchOf(service("web", { state: { kind, since: 5000 } as never }), 5500);
  assertEquals(["running", "starting", "restarting"].map(at), [
    "stop",
    "stop",
    "stop",
  ]);
  assertEquals(["stopped", "failed"].map(at), ["start", "start"]);
  assertEquals(at("stopping"), undefined);
  const state = { kind: "stopping", since: 5000 } as never;
  assertEquals(switchOf(service("web", { state }), 6000), "end");
});

test("a reading of the files that is refused leaves nothing to show", async () => {
  const { commands, said } = openCommands(() =>
    Promise.reject(new CallRefused("unavailable", "Hypivisor is stopping"))
  );
  await commands.reloadFiles();
  assertEquals(commands.reload.value, { kind: "none" });
  assertEquals(said, ["Could not read the files: Hypivisor is stopping"]);
});
