import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { Command } from "../server/protocol/command.ts";
import type { Receipt } from "../server/protocol/event.ts";
import { Desk } from "./desk.ts";
import type { Session } from "./session.ts";

/** A desk, and a pi of which it is seen what was asked. */
class Stage {
  readonly asked: unknown[] = [];
  readonly receipts: string[] = [];
  mode = "tui";
  isIdle = true;
  mayPrompt = true;
  version = "1.5.2";
  session: Session | undefined = this.#session();
  readonly desk = new Desk({
    session: () => this.session,
    mayPrompt: () => this.mayPrompt,
    compacting: () => this.mayPrompt = false,
    notCompacted: () => this.mayPrompt = true,
    piVersion: () => this.version,
    tell: ({ id, state, reason }: Receipt) =>
      void this.receipts.push([id, state, reason].filter(Boolean).join(" ")),
    changed: () => {},
  });

  take(id: string, command: Command): void {
    this.desk.take(id, command);
  }

  prompt(id: string, text: string): void {
    this.take(id, { kind: "prompt", text, mode: "steer" });
  }

  #session(): Session {
    const pi = {
      getCommands: () => [
        { name: "deploy", source: "extension" },
        { name: "review", source: "prompt" },
        { name: "hyper-new:1", source: "extension" },
      ],
      sendUserMessage: (content: unknown, options: unknown) =>
        this.asked.push([content, options]),
      setSessionName: (name: string) => this.asked.push(["name", name]),
      setThinkingLevel: (level: string) => this.asked.push(["level", level]),
      setModel: () => Promise.resolve(false),
    };
    const ctx = {
      isIdle: () => this.isIdle,
      abort: () => this.asked.push("abort"),
      compact: () => this.asked.push("compact"),
      modelRegistry: { find: (_: string, id: string) => id === "m" && {} },
    };
    Object.defineProperty(ctx, "mode", { get: () => this.mode });
    return { pi, ctx } as unknown as Session;
  }
}

function text(text: string) {
  return [{ type: "text", text }];
}

test("Desk hands a prompt to pi with its mode, and one id runs once", () => {
  const stage = new Stage();
  stage.prompt("p1", "hello");
  stage.prompt("p1", "hello");
  assertEquals(stage.asked, [[text("hello"), { deliverAs: "steer" }]]);
  assertEquals(stage.receipts, ["p1 accepted", "p1 accepted"]);
});

test("Desk sends prompts one after another, and lets an abort overtake", () => {
  const stage = new Stage();
  stage.prompt("p1", "one");
  stage.prompt("p2", "two");
  stage.take("a1", { kind: "abort" });
  assertEquals(stage.asked.length, 2);
  assertEquals(stage.asked[1], "abort");

  stage.desk.prompts.started("one");
  stage.desk.pump();
  assertEquals(stage.asked[2], [text("two"), { deliverAs: "steer" }]);
});

test("Desk keeps commands for the session that is about to begin", () => {
  const stage = new Stage();
  const { session } = stage;
  stage.session = undefined;
  stage.take("n1", { kind: "rename", name: " shop " });
  assertEquals(stage.receipts, ["n1 accepted"]);
  stage.session = session;
  stage.desk.pump();
  assertEquals(stage.asked, [["name", "shop"]]);
});

test("Desk runs commands and templates, and pi's own where it can", () => {
  const stage = new Stage();
  const expanded = { deliverAs: "steer", expandPromptTemplates: true };
  stage.prompt("c1", "/deploy now");
  stage.prompt("c2", "/review it");
  stage.desk.prompts.input("/review it", "extension", undefined, Date.now());
  stage.desk.prompts.started("Review it please");
  stage.prompt("c3", "/new");
  stage.prompt("c4", "/compact");
  stage.prompt("c5", "waits until it has compacted");
  stage.desk.sessionBegan();

  assertEquals(stage.asked, [
    [text("/deploy now"), expanded],
    [text("/review it"), expanded],
    ["/hyper-new:1", { ...expanded, deliverAs: "followUp" }],
    "compact",
  ]);
  assertEquals(
    stage.receipts.filter((line) => !line.endsWith("accepted")),
    ["c1 done", "c3 started", "c4 started", "c3 done", "c2 done"],
  );
});

test("Desk refuses with a reason", async () => {
  const stage = new Stage();
  stage.prompt("r1", "  ");
  stage.prompt("r2", "/tree");
  stage.take("r3", { kind: "model", provider: "p", model: "gone" });
  stage.take("r4", { kind: "model", provider: "p", model: "m" });
  stage.mode = "print";
  stage.prompt("r5", "too late");
  await Promise.resolve();
  await Promise.resolve();

  assertEquals(stage.asked, []);
  const refused = stage.receipts.filter((line) => line.includes("refused"));
  assertEquals(refused.sort(), [
    "r1 refused Cannot send an empty prompt",
    'r2 refused Cannot run "/tree" from here: only in the terminal',
    'r3 refused Cannot find the model "p/gone"',
    'r4 refused Cannot use "p/m": it has no credentials',
    "r5 refused Cannot prompt an agent that ends with its answer",
  ]);
});

test("Desk lets an abort through, however many prompts wait", () => {
  const stage = new Stage();
  stage.mayPrompt = false;
  for (let n = 0; n < 101; n++) stage.prompt(`p${n}`, "waits");
  stage.take("a1", { kind: "abort" });
  assertEquals(stage.asked, ["abort"]);
  assertEquals(
    stage.receipts.filter((line) => line.includes("refused")),
    ["p100 refused Too many commands wait already"],
  );
});

test("Desk sends what follows an abort when the run is over", () => {
  const stage = new Stage();
  stage.isIdle = false;
  stage.take("a1", { kind: "abort" });
  stage.prompt("p1", "instead");
  assertEquals(stage.asked, ["abort"]);
  stage.desk.settled(false);
  assertEquals(stage.asked[1], [text("instead"), { deliverAs: "steer" }]);
});

test("Desk sends nothing while pi deals with a message", () => {
  const stage = new Stage();
  stage.desk.taking(undefined);
  stage.prompt("p1", "next");
  assertEquals(stage.asked, []);
  stage.desk.taken();
  assertEquals(stage.asked, [[text("next"), { deliverAs: "steer" }]]);
});
