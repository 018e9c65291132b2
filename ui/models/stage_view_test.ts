import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assertEquals } from "@std/assert";
import type {
  NodeId,
  NodeRecord,
  NodeState,
} from "../../server/protocol/node.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import { StageViewModel, viewOf } from "./stage_view.ts";

const ID = "n1" as NodeId;

function node(state: NodeState, pid?: number): NodeRecord {
  return {
    id: ID,
    machine: "mbp",
    cwd: "/a",
    port: 0,
    joinedAt: 0,
    terminal: "t1" as TerminalId,
    ...(pid === undefined ? {} : { pid }),
    state,
  };
}

const COMING = node({ kind: "starting", since: 0 });
const ASKING = node({ kind: "waiting", since: 0, question: "Trust it?" });
const THERE = node({ kind: "idle", since: 1 }, 7);

function openView(isWriting = false) {
  const nodes = signal(new Map([[ID, COMING]]));
  const model = new StageViewModel(nodes, () => isWriting);
  const become = (next: NodeRecord) => {
    nodes.value = new Map([[ID, next]]);
    return viewOf(next, model.chosen.value);
  };
  return { model, become };
}

test("a starting agent shows its terminal, then its conversation", () => {
  const { become } = openView();
  assertEquals(become(COMING), "terminal");
  assertEquals(become(ASKING), "terminal");
  assertEquals(become(COMING), "terminal");
  assertEquals(become(THERE), "chat");
});

test("a terminal that comes a moment after its agent is shown", () => {
  const { become } = openView();
  const { terminal: _late, ...early } = COMING;
  assertEquals(become(early), "chat");
  assertEquals(become(COMING), "terminal");
});

test("whoever writes in the terminal is left there", () => {
  const { become } = openView(true);
  become(ASKING);
  assertEquals(become(THERE), "terminal");
});

test("what a person chose holds", () => {
  const { model, become } = openView(true);
  model.choose(ID, "chat");
  assertEquals(become(COMING), "chat");
  assertEquals(become(THERE), "chat");
});

test("an agent that asks later is shown in the conversation", () => {
  assertEquals(
    viewOf(node({ kind: "waiting", since: 0, question: "Go?" }, 7), new Map()),
    "chat",
  );
});

test("a server that was restarted does not turn the stage over", () => {
  const { become } = openView();
  become(THERE);
  assertEquals(become(COMING), "chat");
  assertEquals(become(THERE), "chat");
});

test("a session that is resumed shows its terminal again", () => {
  const { become } = openView();
  become(THERE);
  become(node({ kind: "offline", since: 2, reason: "quit" }, 7));
  assertEquals(become(COMING), "terminal");
});
