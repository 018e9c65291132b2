import { assert, assertEquals, assertLess } from "@std/assert";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
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

/** Where the first row in view is, and which it is. */
function firstRow(target: Page): Promise<{ key: string; top: number }> {
  return target.evaluate(() => {
    const view = document.querySelector(".tx-scroller")!
      .getBoundingClientRect();
    for (const row of document.querySelectorAll<HTMLElement>(".tx-row")) {
      const box = row.getBoundingClientRect();
      if (box.bottom > view.top + 1) {
        return { key: row.dataset.key!, top: box.top - view.top };
      }
    }
    throw new Error("Cannot find a row in view");
  });
}

function topOf(target: Page, key: string): Promise<number | undefined> {
  return target.evaluate((key) => {
    const view = document.querySelector(".tx-scroller")!
      .getBoundingClientRect();
    const row = [...document.querySelectorAll<HTMLElement>(".tx-row")]
      .find((each) => each.dataset.key === key);
    return row && row.getBoundingClientRect().top - view.top;
  }, key);
}

/** Lets the page paint; several, because one chunk is mounted per frame. */
async function frames(target: Page, count = 12): Promise<void> {
  await target.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
  }, count);
}

async function wheel(target: Page, deltaY: number): Promise<void> {
  await target.mouse.move(500, 400);
  await target.mouse.wheel(0, deltaY);
  await frames(target);
}

async function stream(target: Page, words: number): Promise<void> {
  await target.evaluate(async (words) => {
    const blocks = [{ kind: "text" as const, text: "" }];
    const flight = { key: "assistant:9", startedAt: Date.now(), blocks };
    page.change({ type: "flight", flight, tools: [] });
    for (let i = 0; i < words; i++) {
      const text = i % 20 === 19 ? `word ${i}\n\n` : `word ${i} `;
      page.change({ type: "delta", at: 0, text });
      if (i % 4 === 0) await new Promise(requestAnimationFrame);
    }
  }, words);
  await frames(target);
}

/** The prompt that a jump put at the top of the view. */
function promptAtTop(target: Page): Promise<string | undefined> {
  return target.evaluate(() => {
    const view = document.querySelector(".tx-scroller")!
      .getBoundingClientRect();
    const rows = document.querySelectorAll<HTMLElement>('[data-kind="user"]');
    return [...rows].find((row) =>
      Math.abs(row.getBoundingClientRect().top - view.top - 16) < 2
    )?.dataset.key;
  });
}

function distanceFromEnd(target: Page): Promise<number> {
  return target.evaluate(() =>
    -document.querySelector(".tx-scroller")!.scrollTop
  );
}

test("a reader at the end stays there while an answer streams", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(300)));
  await frames(target);

  await stream(target, 400);

  assertEquals(await distanceFromEnd(target), 0);
  const text = await target.textContent('[data-live="true"]');
  assert(text?.trimEnd().endsWith("word 399"), text?.slice(-40));
  assertEquals(opened.complaints, []);
});

test("what is read above does not move while an answer streams", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(300)));
  await frames(target);
  await stream(target, 200);
  await wheel(target, -1_500);
  const before = await firstRow(target);

  await target.evaluate(async () => {
    for (let i = 0; i < 200; i++) {
      page.change({ type: "delta", at: 0, text: "more words\n\n" });
      await new Promise(requestAnimationFrame);
    }
  });

  expect(await topOf(target, before.key)).toBeCloseTo(before.top, 0);
  const pill = await target.textContent(".tx-jump");
  assertEquals(pill, "Streaming below");
});

test("older pages come without a jump, in the middle and at the top", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => {
    const items = page.mixedItems(600);
    page.open(items.slice(-40), items.slice(0, -40));
  });
  await frames(target);
  const before = await firstRow(target);
  await frames(target, 30);
  expect(await topOf(target, before.key)).toBeCloseTo(before.top, 0);

  // To the very top of what is mounted, again and again.
  for (let i = 0; i < 5; i++) {
    await target.evaluate(() => {
      const scroller = document.querySelector(".tx-scroller")!;
      scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -1 }));
      scroller.scrollTop = -scroller.scrollHeight;
    });
    await target.evaluate(() => new Promise(requestAnimationFrame));
    const top = await firstRow(target);
    await frames(target, 20);
    const now = await topOf(target, top.key);
    expect(now).toBeCloseTo(top.top, 0);
  }
});

test("a card that grows above or below does not move what is read", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(400)));
  await frames(target);
  await wheel(target, -3_000);

  for (const side of ["above", "below"]) {
    const before = await firstRow(target);
    await target.evaluate((side) => {
      const view = document.querySelector(".tx-scroller")!
        .getBoundingClientRect();
      const rows = [...document.querySelectorAll<HTMLElement>(".tx-row")];
      const outside = rows.filter((row) => {
        const box = row.getBoundingClientRect();
        return side === "above"
          ? box.bottom < view.top - 50
          : box.top > view.bottom + 50;
      });
      const row = side === "above" ? outside.at(-1)! : outside[0]!;
      row.style.paddingBottom = "700px";
    }, side);
    await frames(target);
    expect(await topOf(target, before.key)).toBeCloseTo(before.top, 0);
  }
});

test("scrolling step by step moves every row by just that step", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(1_000)));
  await frames(target);
  await wheel(target, -200);

  const drifts: number[] = [];
  for (const step of [...Array(40).fill(-300), ...Array(25).fill(300)]) {
    const before = await firstRow(target);
    await target.evaluate((step) => {
      document.querySelector(".tx-scroller")!.scrollTop += step;
    }, step);
    await frames(target, 4);
    const now = await topOf(target, before.key);
    if (now !== undefined) drifts.push(Math.abs(now - before.top + step));
  }

  assertLess(Math.max(...drifts), 1);
  assert(drifts.length > 50);
});

test("a card that is opened stays under the pointer", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(56)));
  await frames(target);
  const key = await target.locator(
    '.tx-row[data-kind="tool"]:has([aria-expanded="false"])',
  ).last().getAttribute("data-key");
  const head = target.locator(`[data-key="${key}"] .tx-tool-head`);
  await head.scrollIntoViewIfNeeded();
  await frames(target);
  const before = await head.boundingBox();

  await head.click();
  await frames(target);

  assertEquals(await head.getAttribute("aria-expanded"), "true");
  const after = await head.boundingBox();
  expect(after!.y).toBeCloseTo(before!.y, 0);
});

test("a reader returns to the place they left, and to the end", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(2_000)));
  await frames(target);
  for (let i = 0; i < 8; i++) await wheel(target, -2_000);
  await frames(target, 30);
  const before = await firstRow(target);

  await target.evaluate(() => page.open(page.mixedItems(2_000)));
  await frames(target, 30);
  expect(await topOf(target, before.key)).toBeCloseTo(before.top, -1);

  await target.click(".tx-jump");
  await frames(target);
  assertEquals(await distanceFromEnd(target), 0);
  assertEquals(await target.locator(".tx-jump").count(), 0);
});

test("arriving near the end follows again, a wheel up ends it", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(200)));
  await frames(target);

  await wheel(target, -40);
  assertEquals(await target.locator(".tx-jump").count(), 1);

  await wheel(target, 400);
  assertEquals(await target.locator(".tx-jump").count(), 0);
  await stream(target, 100);
  assertEquals(await distanceFromEnd(target), 0);
});

test("prompts are found one by one, and finding opens what is folded", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(2_000)));
  await frames(target);

  await target.evaluate(() => page.controller().previousPrompt());
  await frames(target, 20);
  const first = await promptAtTop(target);
  await target.evaluate(() => page.controller().previousPrompt());
  await frames(target, 20);
  const second = await promptAtTop(target);
  assert(first && second && second < first, `${second} before ${first}`);
  await target.evaluate(() => page.controller().nextPrompt());
  await frames(target, 20);
  assertEquals(await promptAtTop(target), first);

  await target.evaluate(() => page.controller().find());
  await target.fill(".tx-find input", "bun test 30");
  await frames(target, 30);
  const shown = await target.textContent(".tx-content");
  assert(shown?.includes("bun test 30"), "Cannot see the hit");
});

test("an answer that ends keeps the elements it was streamed into", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  await target.evaluate(() => page.open(page.mixedItems(30)));
  await stream(target, 60);
  const same = await target.evaluate(async () => {
    const find = () => document.querySelector('[data-key="assistant:9/0"] p');
    const before = find();
    const text = Array.from(
      { length: 60 },
      (_, i) => i % 20 === 19 ? `word ${i}\n\n` : `word ${i} `,
    ).join("");
    page.change({
      type: "item",
      item: {
        kind: "message",
        key: "assistant:9",
        message: {
          role: "assistant",
          content: [{ type: "text", text }],
          stopReason: "stop",
          timestamp: 9,
        },
      },
    });
    for (let i = 0; i < 5; i++) await new Promise(requestAnimationFrame);
    return before !== null && before === find();
  });
  assertEquals(same, true);
  assertEquals(await target.locator('[data-live="true"]').count(), 0);
});

test("without scroll anchoring of the browser nothing moves either", async () => {
  await using opened = await openPage(browser);
  const target = opened.page;
  // As WebKit is: no such property, and no such behaviour.
  await target.addInitScript(() => CSS.supports = () => false);
  await target.reload();
  await target.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { overflow-anchor: none }");
    document.adoptedStyleSheets = [sheet];
    page.open(page.mixedItems(1_000));
  });
  await frames(target);
  await stream(target, 50);
  for (let i = 0; i < 3; i++) await wheel(target, -1_500);
  await wheel(target, 1_500);
  const before = await firstRow(target);

  await target.evaluate(async () => {
    const rows = [...document.querySelectorAll<HTMLElement>(".tx-row")];
    rows.at(-1)!.style.paddingBottom = "900px";
    rows[0]!.style.paddingBottom = "300px";
    for (let i = 0; i < 40; i++) {
      page.change({ type: "delta", at: 0, text: "more words\n\n" });
      await new Promise(requestAnimationFrame);
    }
  });
  await frames(target);

  expect(await topOf(target, before.key)).toBeCloseTo(before.top, 0);
});
