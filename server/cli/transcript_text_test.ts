import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Item, Message } from "../protocol/item.ts";
import { itemText } from "./transcript_text.ts";

const paint = (text: string) => text;

function said(message: Message): string {
  const item: Item = { kind: "message", key: "k", message };
  return itemText(item, paint);
}

test("a conversation reads like one", () => {
  const timestamp = 1;
  assertEquals(
    said({ role: "user", content: "Fix it\nplease", timestamp }),
    "> Fix it\n> please\n",
  );
  assertEquals(
    said({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm" },
        { type: "text", text: "Looking." },
        {
          type: "toolCall",
          id: "1",
          name: "bash",
          arguments: { command: "ls\n-la" },
        },
        { type: "toolCall", id: "2", name: "odd", arguments: { n: 1 } },
      ],
      timestamp,
    }),
    'Looking.\n* bash ls -la\n* odd {"n":1}\n',
  );
  assertEquals(
    said({
      role: "toolResult",
      toolCallId: "1",
      toolName: "bash",
      content: [{ type: "text", text: "\x1b[31ma\x1b[0m\r\nb\n" }],
      isError: false,
      timestamp,
    }),
    "  a\n  b\n",
  );
});

test("of a long output the last lines are shown", () => {
  const text = Array.from({ length: 20 }, (_, n) => `line ${n}`).join("\n");
  const lines = said({
    role: "bashExecution",
    command: "make",
    output: text,
    exitCode: 2,
    timestamp: 1,
  }).split("\n");
  assertEquals(lines[0], "$ make");
  assertEquals(lines[1], "  … 12 lines more");
  assertEquals(lines.at(-2), "  line 19");
});

test("what went wrong is said, images are named, marks are lines", () => {
  assertEquals(
    said({
      role: "assistant",
      content: [],
      stopReason: "error",
      errorMessage: "429 too many\nrequests",
      timestamp: 1,
    }),
    "! 429 too many requests\n",
  );
  assertEquals(
    said({
      role: "user",
      content: [
        { type: "text", text: "See" },
        { type: "image", data: "aGk=", mimeType: "image/png" },
      ],
      timestamp: 1,
    }),
    "> See\n> [image]\n",
  );
  assertEquals(
    itemText(
      { kind: "compaction", key: "k", at: 1, summary: "All\nso far" },
      paint,
    ),
    "--- The conversation was compacted: All\n",
  );
  assertEquals(
    said({
      role: "custom",
      customType: "x",
      content: "hidden",
      display: false,
      timestamp: 1,
    }),
    "",
  );
});
