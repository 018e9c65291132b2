import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "./harness/browser.ts";
import { openPage } from "./transcript_page/browser.ts";
import type { TestPage } from "./transcript_page/page.tsx";

declare const page: TestPage;

setDefaultTimeout(30_000);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Lets the page paint; several, because one chunk is mounted per frame. */
async function frames(target: Page, count = 12): Promise<void> {
  await target.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
  }, count);
}

test("hostile content stays text everywhere", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  const evil = "<script>globalThis.hit=1</script>" +
    "<img src=x onerror=globalThis.hit=2> [a](javascript:globalThis.hit=3) " +
    "![i](https://evil.test/pixel.png) [b](data:text/html,x) " +
    "<a href='javascript:hit()'>c</a> <style>*{display:none}</style>";
  await target.evaluate((evil) => {
    page.open([
      {
        kind: "message",
        key: "user:1",
        message: {
          role: "user",
          content: [
            { type: "text", text: evil },
            { type: "image", data: "PHN2Zz4=", mimeType: "image/svg+xml" },
            { type: "image", data: '"><script>', mimeType: "image/png" },
          ],
          timestamp: 1,
        },
      },
      {
        kind: "message",
        key: "assistant:2",
        message: {
          role: "assistant",
          content: [
            { type: "text", text: `${evil}\n\nHello ${evil}` },
            { type: "thinking", thinking: `Hello ${evil}` },
            {
              type: "toolCall",
              id: evil,
              name: evil,
              arguments: { path: evil, [evil]: evil },
            },
          ],
          errorMessage: evil,
          stopReason: "error",
          timestamp: 2,
        },
      },
      {
        kind: "message",
        key: "tool:x",
        message: {
          role: "toolResult",
          toolCallId: evil,
          toolName: evil,
          content: [{ type: "text", text: `\x1b[31;"${evil}m${evil}` }],
          isError: true,
          timestamp: 3,
        },
      },
      {
        kind: "message",
        key: "other:4",
        message: { role: evil, content: evil, timestamp: 4 } as never,
      },
      { kind: "compaction", key: "entry:5", at: 5, summary: evil },
    ]);
  }, evil);
  await target.evaluate(() => page.controller().toggleThinking());
  await target.evaluate(() => page.controller().toggleTools());
  await frames(target);

  const found = await target.evaluate(() => ({
    hit: (globalThis as { hit?: unknown }).hit,
    elements: document.querySelectorAll(
      ".tx script, .tx img, .tx style, .tx iframe",
    ).length,
    links: [...document.querySelectorAll<HTMLAnchorElement>(".tx a")]
      .map((link) => link.href),
    styled: document.querySelectorAll(".tx-row [style]").length,
  }));
  assertEquals(found.hit, undefined);
  assertEquals(found.elements, 0);
  assertEquals(found.styled, 0);
  assertEquals(new Set(found.links), new Set(["https://evil.test/pixel.png"]));
  assertEquals(opened.complaints, []);
});

test("messages of any shape cost at most their own row", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => {
    const odd: unknown[] = [
      { role: "user", content: null, timestamp: 1 },
      { role: "user", content: [null, { type: "text" }], timestamp: 2 },
      { role: "assistant", content: [{ type: "text", text: 7 }], timestamp: 3 },
      { role: "assistant", content: [null], timestamp: 4 },
      {
        role: "assistant",
        content: [{ type: "toolCall", id: 5, name: 6, arguments: "x" }],
        timestamp: 5,
      },
      {
        role: "assistant",
        content: [{
          type: "toolCall",
          id: "e",
          name: "edit",
          arguments: { path: {}, edits: { length: 3 } },
        }],
        timestamp: 6,
      },
      { role: "toolResult", toolCallId: "z", timestamp: 7 },
      { role: "bashExecution", timestamp: 8 },
      { role: "custom", display: true, timestamp: 9 },
      { role: 12, timestamp: "x" },
    ];
    page.open(odd.map((message, i) => ({
      kind: "message",
      key: `odd:${i}`,
      message,
    } as never)));
    page.change({
      type: "item",
      item: {
        kind: "message",
        key: "assistant:99",
        message: {
          role: "assistant",
          content: [{ type: "text", text: "still here" }],
          timestamp: 99,
        },
      },
    });
  });
  await target.waitForTimeout(100);
  await target.evaluate(() => page.controller().toggleTools());
  await frames(target);

  const text = await target.textContent(".tx-content");
  assert(text?.includes("still here"), text ?? "nothing");
  assertEquals(opened.complaints, []);
});
