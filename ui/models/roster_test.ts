import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type {
  NodeId,
  NodeRecord,
  NodeState,
} from "../../server/protocol/node.ts";
import { findAgents, groupNodes, nextWaiting, stepAgent } from "./roster.ts";

function node(id: string, cwd: string, state: NodeState): NodeRecord {
  return {
    id: id as NodeId,
    machine: "mbp",
    cwd,
    port: 0,
    state,
    joinedAt: 0,
    session: { id, name: id },
  };
}

const idle: NodeState = { kind: "idle", since: 0 };
const working: NodeState = { kind: "working", since: 0 };
const waits = (since: number): NodeState => ({
  kind: "waiting",
  since,
  question: "Go?",
});

test("groupNodes() puts the longest wait on top and out of its group", () => {
  const { needsYou, groups } = groupNodes([
    node("young", "/src/shop", waits(20)),
    node("old", "/src/shop", waits(10)),
    node("quiet", "/src/shop", idle),
  ]);
  assertEquals(needsYou.map(({ id }) => id), ["old", "young"] as NodeId[]);
  assertEquals(groups.map(({ nodes }) => nodes.map(({ id }) => id)), [
    ["quiet"] as NodeId[],
  ]);
});

test("groupNodes() keeps rows in place whatever their state", () => {
  const before = [node("a", "/x", idle), node("b", "/x", working)];
  const after = [node("a", "/x", working), node("b", "/x", idle)];
  const order = (nodes: NodeRecord[]) =>
    groupNodes(nodes).groups[0]?.nodes.map(({ id }) => id);
  assertEquals(order(before), order(after));
});

test("groupNodes() counts states in their order of precedence", () => {
  const { groups } = groupNodes([
    node("a", "/x", idle),
    node("b", "/x", working),
    node("c", "/x", idle),
  ]);
  assertEquals(groups[0]?.counts, [["working", 1], ["idle", 2]]);
});

test("findAgents() prefers a name over what surrounds it", () => {
  const nodes = [node("other", "/src/reco", idle), node("reco", "/x", idle)];
  assertEquals(findAgents(nodes, "reco").map(({ id }) => id), [
    "reco",
    "other",
  ] as NodeId[]);
});

test("stepAgent() stops at both ends and starts at either", () => {
  const order = ["a", "b"] as NodeId[];
  assertEquals(stepAgent(order, undefined, 1), "a" as NodeId);
  assertEquals(stepAgent(order, undefined, -1), "b" as NodeId);
  assertEquals(stepAgent(order, "b" as NodeId, 1), "b" as NodeId);
});

test("nextWaiting() goes round", () => {
  const all = [node("a", "/x", waits(1)), node("b", "/x", waits(2))];
  assertEquals(nextWaiting(all, undefined), "a" as NodeId);
  assertEquals(nextWaiting(all, "b" as NodeId), "a" as NodeId);
  assertEquals(nextWaiting([], undefined), undefined);
});
