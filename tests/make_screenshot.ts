/**
 * Takes the picture of the README: real pi with a scripted model, in folders
 * of a few projects, one of them in the middle of its work.
 *
 * `HYPIVISOR_BIN=dist/hypivisor bun tests/make_screenshot.ts` writes
 * `ui/screenshot.png`.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Page, WebSocketRoute } from "playwright-core";
import { launchBrowser } from "./harness/browser.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import type { RunningPi } from "./harness/pi_process.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import type { Part } from "./pi/fake_script.ts";

const PICTURE = resolve(import.meta.dir, "../ui/screenshot.png");

const FILES: Readonly<Record<string, string>> = {
  "hypivisor/src/backoff.ts":
    `/** Milliseconds to wait before attempt \`tries\`. */
export function backoff(tries: number): number {
  const base = Math.min(30_000, 500 * 2 ** tries);
  return base / 2 + Math.random() * base / 2;
}
`,
  "hypivisor/src/mesh.ts": `export class Mesh {
  tries = 0;
  lastSeq = 0;
  replayFrom: number | undefined;

  open(): void {
    this.tries++;
  }
}
`,
  "hypivisor/src/socket.ts": `import { backoff } from "./backoff.ts";
import { Mesh } from "./mesh.ts";
export class MeshSocket extends Mesh {
  onClose(): void {
    setTimeout(() => this.open(), 3000);
  }
}
`,
  "hypivisor/src/socket.test.ts": `import { expect, test } from "bun:test";
import { backoff } from "./backoff.ts";
import { MeshSocket } from "./socket.ts";

test("resumes from the last sequence number", () => {
  const socket = new MeshSocket();
  socket.lastSeq = 41;
  socket.onClose();
  expect(socket.replayFrom).toBe(41);
});

test("backs off with jitter, up to half a minute", () => {
  expect(backoff(20)).toBeLessThanOrEqual(30_000);
});
`,
  "shop-api/test_db": `echo "✓ 41 migrations apply to an empty database"
echo "✓ orders keep their totals"
echo "▸ replays a month of orders in order"
sleep 300
`,
  "docs/index.md": "# Hypivisor\n\nOne page for every agent.\n",
  // What an extension asks in the terminal makes an agent wait for a person.
  "ask.ts": `export default (pi) => {
  pi.registerCommand("release", {
    description: "Ask before a release",
    handler: async (_args, ctx) => {
      await ctx.ui.confirm("Publish 2.4.0 to npm?", "It cannot be taken back.");
    },
  });
};
`,
};

const tool = (name: string, args: Record<string, unknown>): Part => ({
  kind: "tool",
  name,
  args,
});
const say = (text: string): Part => ({ kind: "say", text });
const think = (text: string): Part => ({ kind: "think", text });

/** The model's replies to one prompt, by words that are in it. */
const REPLIES: readonly (readonly [match: string, reply: Part[]])[] = [
  ["skips the messages", [
    think("The socket opens again, but nobody asks for what was missed."),
    say(
      "The client opens the socket again but never asks for what it missed. " +
        "I’ll resume from the last sequence number, and wait with jitter " +
        "instead of a fixed three seconds.",
    ),
    tool("read", { path: "src/socket.ts" }),
    tool("read", { path: "src/backoff.ts" }),
    tool("read", { path: "src/socket.test.ts" }),
  ]],
  ["skips the messages", [
    tool("edit", {
      path: "src/socket.ts",
      edits: [{
        oldText: "    setTimeout(() => this.open(), 3000);",
        newText: "    this.replayFrom = this.lastSeq;\n" +
          "    setTimeout(() => this.open(), backoff(this.tries));",
      }],
    }),
  ]],
  ["skips the messages", [
    tool("bash", { command: "bun test src/socket.test.ts 2>&1 | grep pass" }),
  ]],
  ["skips the messages", [
    say(
      "Both tests pass. Two things changed:\n\n" +
        "- `onClose` remembers **where to resume**\n" +
        "- the wait grows up to 30 s, half of it random\n\n" +
        "The original waited for exactly 3 s, so every client came back",
    ),
    { kind: "gate", name: "answer" },
  ]],
  ["overview of the docs", [
    say("The overview is one page now, and every link in it resolves."),
  ]],
  ["Postgres 17", [tool("bash", { command: "sh test_db" })]],
  ["rate limits", [
    say("Requests are counted per key and minute; a burst of twenty is fine."),
  ]],
];

/** Folders and machine as a person would have them, on their way to the page. */
async function renameWorld(page: Page, root: string): Promise<void> {
  const rename = (text: string | Buffer) =>
    String(text)
      .replaceAll(`${root}/agent`, "/home/mira/.pi/agent")
      .replaceAll(root.replaceAll("/", "-"), "-home-mira-src")
      .replaceAll(root, "/home/mira/src")
      .replaceAll(`"machine":"${hostname()}"`, '"machine":"mira-mbp"')
      .replaceAll('"name":"Fake Thinker"', '"name":"Coder Large"')
      .replaceAll('"fake-thinker"', '"coder-large"')
      .replaceAll('"provider":"fake"', '"provider":"local"');
  await page.routeWebSocket(/\/ws/, (route: WebSocketRoute) => {
    const server = route.connectToServer();
    route.onMessage((text) => server.send(text));
    server.onMessage((text) => route.send(rename(text)));
  });
}

await using hypivisor = await Hypivisor.start();
await using home = await PiHome.make("1.5.2");
await using browser = await launchBrowser();
for (const [path, text] of Object.entries(FILES)) {
  await mkdir(dirname(join(home.root, path)), { recursive: true });
  await writeFile(join(home.root, path), text);
}
const git = (...args: string[]) =>
  Bun.spawn(["git", ...args], { cwd: join(home.root, "hypivisor") }).exited;
await git("init", "--quiet", "--initial-branch", "fix/reconnect");
for (const [match, reply] of REPLIES) home.llm.enqueue(reply, { match });

await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
const nodes = async () => (await client.call("subscribe")).nodes;

/** Starts pi in a folder, names its session, and returns it with its id. */
async function start(folder: string, name: string, args: string[] = []) {
  const before = (await nodes()).length;
  const cwd = join(home.root, folder);
  await mkdir(cwd, { recursive: true });
  const pi: RunningPi = home.tui({
    cwd,
    args,
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN: hypivisor.token },
  });
  const node = await until(async () => (await nodes())[before]?.id, {
    withinMs: 20_000,
  });
  await client.call("rename", { node, name });
  const prompt = (text: string) => client.call("prompt", { node, text });
  const become = (kind: string) =>
    until(
      async () => (await client.call("get_node", { node })).state.kind === kind,
      { withinMs: 20_000 },
    );
  return { pi, node: String(node), prompt, become };
}

const fix = await start("hypivisor", "fix-reconnect", ["--thinking", "high"]);
const docs = await start("hypivisor", "docs-pass");
const shop = await start("shop-api", "migrate-pg17");
const limits = await start("shop-api", "rate-limits");
const release = await start("mesh-cli", "release-2.4", [
  "-e",
  join(home.root, "ask.ts"),
]);

await limits.prompt("How are our rate limits counted, and is a burst fine?");
await docs.prompt("Rewrite the overview of the docs as a single page");
await limits.become("done");
await docs.become("done");
await client.call("seen", { node: limits.node });
await shop.prompt("Move the schema to Postgres 17 and run the suite");
await shop.become("working");
await release.pi.enter("/release");
await release.become("waiting");

const page = await browser.newPage({
  viewport: { width: 1440, height: 900 },
  colorScheme: "dark",
});
await renameWorld(page, home.root);
await page.goto(hypivisor.signInUrl);
await page.locator(`[data-agent="${fix.node}"]`).click();
const transcript = page.getByRole("log", { name: "Transcript" });
const composer = page.getByRole("textbox", { name: "Message" });
await composer.fill(
  "The socket reconnects, but the page skips the messages that arrived " +
    "while it was down. Fix it and add a test.",
);
await composer.press("Enter");
await transcript.getByText("every client came back").waitFor({
  timeout: 30_000,
});
await composer.fill("Once it passes, add a line to the changelog");
await composer.press("Alt+Enter");
await page.getByText(/Follow-up queued/).waitFor();
await page.mouse.move(700, 20);
await page.evaluate(() => document.fonts.ready);
await page.screenshot({ path: PICTURE });
