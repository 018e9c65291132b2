import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { FoundFile } from "../../server/protocol/command.ts";
import {
  applySuggestion,
  CompletionModel,
  findTrigger,
  suggestCommands,
  suggestFiles,
} from "./completion.ts";

test("findTrigger() knows a command only at the very start", () => {
  assertEquals(findTrigger("/re", 3), {
    kind: "command",
    query: "re",
    from: 0,
  });
  assertEquals(findTrigger("see /re", 7), undefined);
  assertEquals(findTrigger("/review now", 11), undefined);
});

test("findTrigger() knows a file after a space, not inside an address", () => {
  assertEquals(findTrigger("in @src/m", 9), {
    kind: "file",
    query: "src/m",
    from: 3,
  });
  assertEquals(findTrigger("ada@example", 11), undefined);
});

test("applySuggestion() replaces the word and keeps what follows", () => {
  const [suggestion] = suggestFiles([{ path: "src/a.ts", isDirectory: false }]);
  const trigger = findTrigger("in @sr please", 6);
  if (!suggestion || !trigger) throw new Error("Nothing to apply");
  assertEquals(applySuggestion("in @sr please", 6, { trigger, suggestion }), {
    text: "in @src/a.ts  please",
    caret: 13,
  });
});

test("suggestCommands() puts the better fit first", () => {
  const commands = ["prepare", "review"].map((name) => ({
    name,
    description: "",
    source: "prompt",
  }));
  assertEquals(suggestCommands(commands, "re").map(({ label }) => label), [
    "/review",
    "/prepare",
  ]);
});

test("CompletionModel shows the newest answer, however late an older is", async () => {
  const answers = new Map<string, PromiseWithResolvers<readonly FoundFile[]>>();
  const completion = new CompletionModel({
    commands: () => Promise.resolve([]),
    files(query) {
      const answer = Promise.withResolvers<readonly FoundFile[]>();
      answers.set(query, answer);
      return answer.promise;
    },
  });
  completion.look("@a", 2);
  completion.look("@ab", 3);
  answers.get("ab")?.resolve([{ path: "ab.ts", isDirectory: false }]);
  answers.get("a")?.resolve([{ path: "a.ts", isDirectory: false }]);
  await Promise.resolve();
  await Promise.resolve();

  const shown = completion.suggestions.value.map(({ label }) => label);
  assertEquals(shown, ["ab.ts"]);
});

test("CompletionModel.dismiss() stays closed for the word", () => {
  const completion = new CompletionModel({
    commands: () => Promise.resolve([]),
    files: () => Promise.resolve([]),
  });
  completion.look("@a", 2);
  completion.dismiss();
  completion.look("@ab", 3);
  assertEquals(completion.trigger.value, undefined);
  completion.look("@ab ", 4);
  completion.look("@ab @", 5);
  assertEquals(completion.trigger.value?.from, 4);
});
