import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import type { NodeId } from "../protocol/node.ts";
import { SessionWatch } from "./session_watch.ts";

const [a, b, c] = ["a", "b", "c"] as NodeId[] as [NodeId, NodeId, NodeId];

test("SessionWatch.hold() warns all who have one file open, until one is left", () => {
  const watch = new SessionWatch();
  assertEquals(watch.hold(a, "mbp", "/s"), [{ id: a, warning: undefined }]);
  const two = watch.hold(b, "mbp", "/s");
  assertEquals(two.map(({ id }) => id), [a, b]);
  assertMatch(two[0]?.warning ?? "", /^2 agents have this session open/);
  assertMatch(watch.hold(c, "mbp", "/s")[0]?.warning ?? "", /^3 agents/);

  watch.hold(c, "mbp", undefined);
  assertEquals(watch.hold(b, "mbp", "/other"), [
    { id: b, warning: undefined },
    { id: a, warning: undefined },
    { id: b, warning: undefined },
  ]);
});

test("SessionWatch.hold() tells machines apart, and nothing twice", () => {
  const watch = new SessionWatch();
  watch.hold(a, "mbp", "/s");
  assertEquals(watch.hold(b, "nuc", "/s"), [{ id: b, warning: undefined }]);
  assertEquals(watch.hold(b, "nuc", "/s"), []);
  assertEquals(watch.hold(c, "nuc", undefined), []);
});
