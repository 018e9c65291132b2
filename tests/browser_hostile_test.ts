import { assertEquals, assertMatch } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setDefaultTimeout, test } from "bun:test";
import { asked, said } from "./harness/fake_agent.ts";
import { listenForViolations } from "./harness/browser.ts";
import { Desk } from "./harness/desk.ts";
import { ShellHome } from "./harness/shell_home.ts";
import { TerminalOnPage } from "./harness/terminal_screen.ts";
import type { Item } from "../server/protocol/item.ts";

setDefaultTimeout(40_000);

const SCRIPT = "<script>document.title='owned'</script>";
const IMAGE = "<img src=x onerror=\"document.title='owned'\">";
const EVIL = `${SCRIPT}${IMAGE}`;
const LINKS = [
  "[click](javascript:document.title='owned')",
  "[data](data:text/html,<script>alert(1)</script>)",
  "![picture](https://evil.example/track.png)",
  "<a href=\"javascript:void(document.title='owned')\">raw</a>",
  "[ok](https://example.org/)",
].join("\n\n");

function toolItems(): Item[] {
  return [
    {
      kind: "message",
      key: "assistant:3",
      message: {
        role: "assistant",
        content: [{
          type: "toolCall",
          id: "evil",
          name: `bash${IMAGE}`,
          arguments: { command: EVIL, [IMAGE]: EVIL },
        }],
        timestamp: 3,
      },
    },
    {
      kind: "message",
      key: "tool:evil",
      message: {
        role: "toolResult",
        toolCallId: "evil",
        toolName: `bash${IMAGE}`,
        content: [{ type: "text", text: `${EVIL}\x1b]8;;javascript:1\x07x` }],
        isError: true,
        details: { diff: `+1 ${EVIL}` },
        timestamp: 4,
      },
    },
  ];
}

test("hostile texts are shown as texts, and nothing is fetched for them", async () => {
  await using desk = await Desk.open();
  const { page } = desk;
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(desk.hypivisor.origin)) {
      if (!request.url().startsWith("data:")) foreign.push(request.url());
    }
  });
  const violations = await listenForViolations(page);
  await desk.join({
    name: EVIL,
    cwd: `/src/${IMAGE}`,
    machine: `zen${IMAGE}`,
    items: [asked(EVIL, 1), said(`${EVIL}\n\n${LINKS}`, 2), ...toolItems()],
    activity: { kind: "waiting", since: 1, question: EVIL },
    facts: {
      branch: IMAGE,
      queue: [{ text: EVIL, mode: "steer" }],
      tools: [{ name: IMAGE, description: EVIL, active: true }],
    },
  });
  await desk.visit();
  await desk.sees(/onerror/);
  await page.getByRole("tab", { name: /Tools/ }).click();
  await page.getByRole("tabpanel").getByText(/onerror/).first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: /onerror/ }).first().waitFor();

  assertMatch(await page.title(), /<script>/);
  assertEquals(await page.locator("img[src=x], script:not([src])").count(), 0);
  const links = await page.locator(".md a").evaluateAll((all) =>
    all.map((link) => [link.getAttribute("href"), link.getAttribute("rel")])
  );
  assertEquals(links.map(([href]) => href), [
    "https://evil.example/track.png",
    "https://example.org/",
  ]);
  for (const [, rel] of links) assertMatch(String(rel), /noopener/);
  assertEquals({ foreign, violations }, { foreign: [], violations: [] });
});

test("what a program in a terminal says is text, and asks nothing of the person", async () => {
  await using home = new ShellHome(["src"]);
  await using desk = await Desk.open({
    hypivisor: { env: home.env },
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  const { page } = desk;
  const violations = await listenForViolations(page);
  await page.evaluate(() => navigator.clipboard.writeText("a secret"));
  await page.getByRole("button", { name: "New agent" }).waitFor();
  await page.keyboard.press("Control+`");
  const terminal = new TerminalOnPage(page);
  await terminal.ready();
  writeFileSync(
    join(home.path, "evil"),
    [
      `\x1b]0;${EVIL}\x07`,
      // Reads the clipboard, and opens a link that runs a script.
      "\x1b]52;c;?\x07",
      "\x1b]8;;javascript:document.title='owned'\x07here\x1b]8;;\x07",
      `\x1b[38;2;1;2;3m${EVIL}\x1b[0m`,
    ].join(""),
  );
  await terminal.enter("cat evil; cat -v");
  await terminal.sees("onerror");
  await page.getByRole("list", { name: "Open terminals" }).getByText(/onerror/)
    .waitFor();
  const link = await terminal.pane.getByText("here").last().boundingBox();
  await page.keyboard.down("Control");
  await page.mouse.click((link?.x ?? 0) + 4, (link?.y ?? 0) + 4);
  await page.keyboard.up("Control");
  await page.keyboard.type("typed");
  await terminal.sees("typed");

  // Base64 of "a secret": had it been read, it would have been typed.
  assertEquals((await terminal.text()).includes("YSBzZWNyZXQ"), false);
  assertEquals(await page.title() === "owned", false);
  assertEquals(page.context().pages().length, 1);
  assertEquals(violations, []);
  assertEquals(await page.locator("img[src=x], script:not([src])").count(), 0);
});

test("the page's policy allows nothing but its own files", async () => {
  await using desk = await Desk.open();
  const reply = await desk.page.goto(desk.hypivisor.origin);
  const policy = reply?.headers()["content-security-policy"] ?? "";
  assertMatch(policy, /default-src 'none'/);
  assertMatch(policy, /script-src 'self'[;$]/);
  assertMatch(policy, /frame-ancestors 'none'/);
});

test("another site in the same browser gets neither socket nor data", async () => {
  await using desk = await Desk.open({ agents: [{ name: "secret" }] });
  // Another port is the same site to a browser: the cookie goes along.
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response("<!doctype html><title>foreign</title>", {
        headers: { "content-type": "text/html" },
      }),
  });
  const page = await desk.page.context().newPage();
  await page.goto(String(server.url));
  const got = await page.evaluate(async (origin) => {
    const opened = (path: string, protocols: string[]) =>
      new Promise<string>((resolve) => {
        const url = origin.replace("http", "ws") + path;
        const socket = new WebSocket(url, protocols);
        socket.onopen = () => resolve("opened");
        socket.onerror = () => resolve("refused");
      });
    const read = (path: string, init: RequestInit) =>
      fetch(origin + path, { credentials: "include", ...init })
        .then((reply) => `read ${reply.type}`, () => "refused");
    return [
      await opened("/ws", []),
      await opened("/ws/agent/any", ["hyper-pi.2"]),
      await read("/api/nodes", {}),
      await read("/api/session/code", { method: "POST" }),
    ];
  }, desk.hypivisor.origin);
  assertEquals(got, ["refused", "refused", "refused", "refused"]);
});
