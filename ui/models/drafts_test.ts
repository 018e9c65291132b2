import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { NodeId } from "../../server/protocol/node.ts";
import { MemoryStorage } from "../storage.ts";
import { DraftsModel, EMPTY_DRAFT } from "./drafts.ts";

const A = "a" as NodeId;
const B = "b" as NodeId;

test("a draft survives a reload with its caret, each agent its own", () => {
  const storage = new MemoryStorage();
  const draft = { text: "half a thou", caret: 4, attached: ["a.png"] };
  new DraftsModel(storage).save(A, draft);

  const again = new DraftsModel(storage);
  assertEquals(again.load(A), draft);
  assertEquals(again.load(B), EMPTY_DRAFT);
  assertEquals([...again.texts.value], [[A, "half a thou"]]);
});

test("an emptied draft leaves nothing behind", () => {
  const storage = new MemoryStorage();
  const drafts = new DraftsModel(storage);
  drafts.save(A, { text: "x", caret: 1, attached: [] });
  drafts.save(A, EMPTY_DRAFT);
  assertEquals(storage.keys(""), []);
  assertEquals(drafts.texts.value.size, 0);
});

test("a spoilt draft is no draft", () => {
  const storage = new MemoryStorage();
  storage.set("draft:a", "{");
  assertEquals(new DraftsModel(storage).load(A), EMPTY_DRAFT);
});
