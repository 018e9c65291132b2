/**
 * Takes pictures of the transcript for a person to look at.
 *
 * `bun tests/transcript_pictures.ts` writes them to `tests/artifacts/`.
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser } from "./harness/browser.ts";
import { openPage } from "./transcript_page/browser.ts";
import type { TestPage } from "./transcript_page/page.tsx";

declare const page: TestPage;

const FOLDER = join(import.meta.dir, "artifacts");

async function working(target: Page): Promise<void> {
  await target.evaluate(() => {
    page.open(page.workingItems());
    const output = Array.from({ length: 14 }, (_, i) =>
      `line ${i}\n`).join("") +
      "\x1b[32m✓\x1b[0m resumes from last sequence \x1b[2m[12.4ms]\x1b[0m\n" +
      "\x1b[32m✓\x1b[0m backs off with jitter \x1b[2m[3.0ms]\x1b[0m\n" +
      "\x1b[33m▸\x1b[0m replays 500 missed events in order";
    const args = { command: "bun test mesh/socket.test.ts" };
    page.change({
      type: "tool",
      tool: {
        id: "b9",
        name: "bash",
        args,
        state: "running",
        startedAt: Date.now() - 7_000,
        output,
      },
    });
    const blocks = [
      { kind: "thinking" as const, text: "Tests pass.\nNow the branch." },
      {
        kind: "text" as const,
        text: "Tests pass. I rebased onto `main`, so the branch needs a force" +
          " push; I’m asking **before I do th",
      },
    ];
    page.change({
      type: "flight",
      flight: { key: "assistant:z", startedAt: Date.now(), blocks },
      tools: [{
        id: "b9",
        name: "bash",
        args,
        state: "running",
        startedAt: Date.now() - 7_000,
        output,
      }],
    });
    page.pending([
      {
        id: "p1",
        text: "Also handle the case where the server restarts mid-stream",
        mode: "steer",
        at: 0,
        state: "queued",
        attachments: 0,
      },
      {
        id: "p2",
        text: "then bump the changelog",
        mode: "followUp",
        at: 0,
        state: "refused",
        reason: "The agent is gone",
        attachments: 1,
      },
    ]);
  });
}

async function everything(target: Page): Promise<void> {
  await target.evaluate(() => {
    page.pending([]);
    page.open([...page.workingItems(), ...page.everyKind()]);
  });
  await target.waitForTimeout(300);
  await target.hover('[data-kind="user"] >> nth=-1');
}

const browser = await launchBrowser();
await mkdir(FOLDER, { recursive: true });
for (const theme of ["dark", "light"]) {
  for (const [name, draw] of Object.entries({ working, everything })) {
    await using opened = await openPage(browser);
    const { page: target } = opened;
    await target.setViewportSize({ width: 860, height: 1_500 });
    await target.evaluate((theme) => {
      document.documentElement.dataset.theme = theme;
    }, theme);
    await draw(target);
    await target.waitForTimeout(400);
    const path = join(FOLDER, `transcript-${name}-${theme}.png`);
    await target.screenshot({ path });
    process.stdout.write(`${[path, ...opened.complaints].join("\n")}\n`);
  }
}
await browser.close();
