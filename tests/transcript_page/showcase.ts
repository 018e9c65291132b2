/** One of everything a transcript can show, for pictures. */

import type { Item, Message } from "../../server/protocol/item.ts";

let at = 1_772_442_000_000;

function item(message: Message, more: object = {}): Item {
  at += 4_000;
  const stamped = { ...message, timestamp: at } as Message;
  const key = message.role === "toolResult"
    ? `tool:${message.toolCallId}`
    : `${message.role}:${at}`;
  return { kind: "message", key, message: stamped, ...more };
}

function call(
  id: string,
  name: string,
  args: Record<string, unknown>,
): Item {
  return item({
    role: "assistant",
    content: [{ type: "toolCall", id, name, arguments: args }],
    timestamp: 0,
  });
}

function result(
  id: string,
  name: string,
  text: string,
  more: object = {},
  itemMore: object = {},
): Item {
  return item({
    role: "toolResult",
    toolCallId: id,
    toolName: name,
    content: [{ type: "text", text }],
    isError: false,
    durationMs: 600,
    timestamp: 0,
    ...more,
  }, itemMore);
}

function say(text: string, thinking?: string): Item {
  return item({
    role: "assistant",
    content: [
      ...(thinking ? [{ type: "thinking", thinking } as const] : []),
      { type: "text", text },
    ],
    timestamp: 0,
  });
}

function ask(content: string): Item {
  return item({ role: "user", content, timestamp: 0 });
}

const DIFF = [
  " 118   private onClose(ev: CloseEvent) {",
  "-119     setTimeout(() => this.open(), 3000);",
  "+119     setTimeout(() => this.open(), backoff(this.tries++));",
  " 120   }",
  "     ...",
  "+131     this.replayFrom = this.lastSeq;",
  "+132     this.replay();",
].join("\n");

/** The end of a turn that is at work, as in the design's main picture. */
export function workingItems(): Item[] {
  const reads = ["socket", "replay", "mesh", "frame"].flatMap((name, i) => [
    call(`r${i}`, "read", { path: `/home/mira/src/hypivisor/src/${name}.ts` }),
    result(`r${i}`, "read", `export class ${name} {}`),
  ]);
  const greps = [0, 1].flatMap((i) => [
    call(`g${i}`, "grep", { pattern: "lastSeq", path: "src" }),
    result(`g${i}`, "grep", "src/socket.ts:12: lastSeq = 0"),
  ]);
  return [
    ask(
      "The socket reconnects but the transcript skips the messages that arrived while it was down. Fix it and add a test.",
    ),
    say(
      "The client reopens the socket but never asks for what it missed. I’ll resume from the last sequence number and replay.",
      "The socket is reopened in `onClose`.\n\nBut nothing asks for the gap.",
    ),
    ...reads,
    ...greps,
    call("e1", "edit", {
      path: "/home/mira/src/hypivisor/src/mesh/socket.ts",
      edits: [{ oldText: "a", newText: "b" }],
    }),
    result("e1", "edit", "Edited", { details: { diff: DIFF } }),
  ];
}

/** Everything else, finished. */
export function everyKind(): Item[] {
  const table = "| Case | Before | After |\n| --- | ---: | :---: |\n" +
    "| short cut | 4.1 s | 0.6 s |\n| long cut | never | 30 s |";
  const code = "```ts\nexport const a = 1; // one\nexport const b = 2;\n```";
  return [
    ask("What did you find?\n\nSecond line of the prompt."),
    say(
      `## Findings\n\nIt **was** _almost_ ~~right~~, see [the notes](https://example.com/a) and \`socket.ts\`.\n\n${table}\n\n- [x] resume\n- [ ] replay\n  - nested\n\n> A quote with a\n> second line.\n\n${code}\n\n---\n\nDone & dusted &amp; decoded.`,
    ),
    call("b1", "bash", {
      command: "cd /home/mira/src && bun test \\\n  mesh/socket.test.ts",
    }),
    result(
      "b1",
      "bash",
      "one\ntwo\n\x1b[31m✗ replays 500 missed events\x1b[0m\n  expected \x1b[1m500\x1b[22m\n\nCommand exited with code 1",
      { isError: true, durationMs: 7_200 },
    ),
    call("w1", "write", {
      path: "/home/mira/src/hypivisor/CHANGELOG.md",
      content: Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n"),
    }),
    result("w1", "write", "Wrote 30 lines"),
    call("u1", "browser_click", { selector: "#save", times: 2 }),
    result("u1", "browser_click", "clicked", {}, { truncatedBytes: 12_288 }),
    item({
      role: "bashExecution",
      command: "git status --short",
      output: " M src/mesh/socket.ts\n?? notes.md",
      exitCode: 0,
      timestamp: 0,
    }),
    item({
      role: "custom",
      customType: "reminder",
      content: "The **branch** is behind `main` by two commits.",
      display: true,
      timestamp: 0,
    }),
    {
      kind: "compaction",
      key: "entry:c1",
      at,
      summary: "So far: the socket was fixed.",
      tokensBefore: 120_000,
    },
    item({
      role: "assistant",
      content: [{ type: "text", text: "I was about to" }],
      stopReason: "error",
      errorMessage: "429 rate limited: try again in 25 s",
      timestamp: 0,
    }),
  ];
}
