/**
 * Every screen of the page, each with the way there: for tests that look at
 * all of them. They are walked through in this order, at one desk.
 */

import type { Item, Message } from "../../server/protocol/item.ts";
import { type Desk, DESKTOP } from "./desk.ts";
import type { FakeAgent } from "./fake_agent.ts";

export interface Screen {
  readonly name: string;
  readonly show: (desk: Desk) => Promise<void>;
}

const MINUTE_MS = 60_000;

function item(message: Message): Item {
  const key = message.role === "toolResult"
    ? `tool:${message.toolCallId}`
    : `${message.role}:${message.timestamp}`;
  return { kind: "message", key, message };
}

/** A conversation with something of everything, up to now. */
export function conversation(now: number): Item[] {
  let at = now - 10 * MINUTE_MS;
  const next = () => at += 1_000;
  const call = (
    id: string,
    name: string,
    args: Record<string, unknown>,
    text: string,
    details: object = {},
  ) => [
    item({
      role: "assistant",
      content: [{ type: "toolCall", id, name, arguments: args }],
      timestamp: next(),
    }),
    item({
      role: "toolResult",
      toolCallId: id,
      toolName: name,
      content: [{ type: "text", text }],
      isError: false,
      durationMs: 640,
      timestamp: next(),
      ...details,
    }),
  ];
  const socket = "src/mesh/socket.ts";
  return [
    item({
      role: "user",
      content: "The socket reconnects, but the transcript skips the messages " +
        "that arrived while it was down. Fix it and add a test.",
      timestamp: next(),
    }),
    item({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "It never asks for what it missed." },
        {
          type: "text",
          text: "The client never asks for **what it missed**:\n\n" +
            "- resume from `lastSeq`\n- back off with jitter\n\n" +
            "1. Open\n2. Replay",
        },
      ],
      timestamp: next(),
      usage: {
        input: 900,
        output: 120,
        cacheRead: 0,
        cacheWrite: 0,
        cost: { total: 0.04 },
      },
    }),
    ...call("r1", "read", { path: socket }, "export class Socket {}"),
    ...call("g1", "grep", { pattern: "lastSeq" }, `${socket}:12: lastSeq`),
    ...call(
      "e1",
      "edit",
      {
        path: socket,
        edits: [{
          oldText: "  setTimeout(() => this.open(), 3000);",
          newText: "  setTimeout(() => this.open(), backoff(this.tries++));",
        }],
      },
      "Edited",
      {
        details: {
          diff: " 118   private onClose(): void {\n" +
            "-119     setTimeout(() => this.open(), 3000);\n" +
            "+119     setTimeout(() => this.open(), backoff(this.tries++));\n" +
            " 120   }",
        },
      },
    ),
    ...call(
      "b1",
      "bash",
      { command: "bun test mesh" },
      [
        "\x1b[32m✓\x1b[0m resumes from the last sequence \x1b[2m[12 ms]\x1b[0m",
        "\x1b[32m✓\x1b[0m backs off with jitter \x1b[2m[3 ms]\x1b[0m",
      ].join("\n"),
    ),
    item({
      role: "assistant",
      content: [{ type: "text", text: "Both tests pass. Shall I push it?" }],
      timestamp: next(),
    }),
  ];
}

const FACTS = {
  thinking: "high",
  branch: "fix/reconnect",
  context: { tokens: 84_100, window: 200_000 },
  usage: {
    input: 212_000,
    output: 9_400,
    cacheRead: 1_900_000,
    cacheWrite: 0,
    cost: 0.83,
    turns: 14,
  },
  tools: [
    { name: "bash", description: "Runs a command", active: true },
    { name: "browse", description: "Opens a page", active: false },
  ],
};

/** Agents in each state, the first with a conversation. */
export async function populate(desk: Desk): Promise<void> {
  const now = Date.now();
  const [web, api] = [
    { cwd: "/home/ada/src/hypivisor", machine: "mira-mbp" },
    { cwd: "/srv/shop-api", machine: "build-01" },
  ];
  await desk.join({
    ...web,
    name: "fix-reconnect",
    items: conversation(now),
    activity: { kind: "idle", since: now - 3 * MINUTE_MS },
    facts: FACTS,
  });
  await desk.join({
    ...web,
    name: "ui-transcript",
    activity: { kind: "working", since: now, doing: "edit src/timeline.tsx" },
  });
  await desk.join({ ...web, name: "docs-pass" });
  await desk.join({
    ...api,
    name: "billing-audit",
    activity: {
      kind: "waiting",
      since: now - 4 * MINUTE_MS,
      question: "Which currency should I use?",
    },
  });
  await desk.join({
    ...api,
    name: "nightly-deps",
    activity: {
      kind: "error",
      since: now - 2 * MINUTE_MS,
      message: "429 rate limited",
    },
  });
  await desk.join({ ...api, name: "scratch" });
  const docs: FakeAgent = desk.agent(2);
  docs.act({ kind: "working", since: now - MINUTE_MS });
  docs.act({ kind: "idle", since: now });
  desk.agent(5).quit();
}

const closeDialog = async ({ page }: Desk) => {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
};

export const SCREENS: readonly Screen[] = [
  {
    name: "first-run",
    show: ({ page }) =>
      page.getByRole("heading", { name: /No agents yet/ }).waitFor(),
  },
  {
    name: "roster",
    async show(desk) {
      await populate(desk);
      await desk.page.getByRole("heading", { name: "One agent needs you" })
        .waitFor();
    },
  },
  {
    name: "chat",
    async show(desk) {
      await desk.visit();
      await desk.sees("Both tests pass");
    },
  },
  {
    name: "tools",
    async show({ page }) {
      await page.getByRole("tab", { name: /Tools/ }).click();
    },
  },
  {
    name: "working",
    async show(desk) {
      await desk.page.getByRole("tab", { name: "Overview" }).click();
      const agent = desk.agent();
      agent.act({ kind: "working", since: Date.now(), doing: "bash git push" });
      agent.tell({ queue: [{ text: "then tell the team", mode: "followUp" }] });
      const flight = { key: "assistant:99", startedAt: Date.now(), blocks: [] };
      agent.event({ type: "flight", flight, tools: [] });
      const text = "I rebased onto `main`, so the branch needs a force push";
      agent.event({ type: "block", at: 0, block: { kind: "text", text } });
      await desk.sees(/force push/);
    },
  },
  {
    name: "waiting",
    async show(desk) {
      desk.agent().act({
        kind: "waiting",
        since: Date.now() - 18_000,
        question: "Allow git push --force-with-lease?",
      });
      await desk.page.getByRole("group", { name: "The agent asks" }).waitFor();
    },
  },
  {
    name: "palette",
    async show({ page }) {
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "shortcuts",
    async show(desk) {
      await closeDialog(desk);
      await desk.page.getByRole("button", { name: "Keyboard shortcuts" })
        .click();
      await desk.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "settings",
    async show(desk) {
      await closeDialog(desk);
      await desk.page.keyboard.press("Control+,");
      await desk.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "pairing",
    async show(desk) {
      await closeDialog(desk);
      await desk.page.getByRole("button", { name: "Sign in another device" })
        .click();
      await desk.page.locator(".copy-line").waitFor();
    },
  },
  {
    name: "compact",
    async show(desk) {
      await closeDialog(desk);
      await desk.page.keyboard.press("Control+,");
      await desk.page.getByText("Compact", { exact: true }).click();
      await closeDialog(desk);
    },
  },
  {
    name: "tablet",
    async show({ page }) {
      await page.setViewportSize({ width: 900, height: 1_000 });
      await page.getByRole("button", { name: "Inspector" }).click();
      await page.getByRole("complementary").waitFor();
    },
  },
  {
    name: "phone-chat",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole("button", { name: "Back to all agents" }).waitFor();
    },
  },
  {
    name: "phone-list",
    async show({ page }) {
      await page.getByRole("button", { name: "Back to all agents" }).click();
      await page.getByRole("heading", { name: "Agents" }).waitFor();
    },
  },
  {
    name: "offline",
    async show(desk) {
      await desk.page.setViewportSize(DESKTOP);
      await desk.row(5).click();
      await desk.page.getByRole("region", { name: "The agent is offline" })
        .waitFor();
    },
  },
  {
    name: "reconnecting",
    async show(desk) {
      await desk.row(0).click();
      await desk.sees("Both tests pass");
      await desk.hypivisor.kill();
      await desk.send("and once you are back, bump the changelog");
      await desk.banner.waitFor();
    },
  },
  {
    name: "sign-in",
    async show({ page, hypivisor }) {
      await hypivisor.start();
      await page.context().clearCookies();
      await page.goto(hypivisor.origin);
      await page.getByLabel("Token").waitFor();
    },
  },
];
