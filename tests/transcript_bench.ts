/**
 * Measures what a transcript costs: opening, streaming, scrolling.
 *
 * `benchTranscript` works on a page of `transcript_page/`, already open. Run
 * alone for the figures: `bun tests/transcript_bench.ts`. Parallel work makes
 * them swing by a factor of two.
 */

import type { Page } from "playwright-core";
import { launchBrowser } from "./harness/browser.ts";
import { openPage } from "./transcript_page/browser.ts";
import type { TestPage } from "./transcript_page/page.tsx";

declare const page: TestPage;

export interface TranscriptFigures {
  /** Milliseconds from data in memory to painted; 10,000 messages, median. */
  readonly openMs: number;
  /** Frames per second at 200 tokens/s onto a message of 20 KB. */
  readonly streamFps: number;
  readonly streamP95Ms: number;
  /** Frames per second at 7,200 px/s through 10,000 messages. */
  readonly scrollFps: number;
  readonly scrollP95Ms: number;
  /** The most elements below the scroller while scrolling. */
  readonly mostNodes: number;
}

export async function benchTranscript(
  target: Page,
): Promise<TranscriptFigures> {
  const opens: number[] = [];
  for (let run = 0; run < 5; run++) {
    opens.push(await target.evaluate(openOnce, 10_000));
  }
  const scroll = await target.evaluate(scrollUp, 7_200);
  const stream = await target.evaluate(streamOnto, 20_000);
  return {
    openMs: round(median(opens)),
    streamFps: round(stream.fps),
    streamP95Ms: round(stream.p95),
    scrollFps: round(scroll.fps),
    scrollP95Ms: round(scroll.p95),
    mostNodes: scroll.mostNodes,
  };
}

async function openOnce(count: number): Promise<number> {
  const items = page.mixedItems(count);
  const start = performance.now();
  page.open(items);
  await new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))
  );
  return performance.now() - start;
}

/** Runs in the page, so it brings its own measuring of frames. */
async function scrollUp(pixelsPerSecond: number) {
  const scroller = document.querySelector(".tx-scroller")!;
  scroller.dispatchEvent(new WheelEvent("wheel", { deltaY: -1 }));
  const frames: number[] = [];
  let mostNodes = 0;
  let before = await new Promise<number>(requestAnimationFrame);
  const start = before;
  while (before - start < 5_000) {
    const now = await new Promise<number>(requestAnimationFrame);
    scroller.scrollTop -= pixelsPerSecond * (now - before) / 1_000;
    frames.push(now - before);
    before = now;
    mostNodes = Math.max(mostNodes, scroller.querySelectorAll("*").length);
  }
  frames.sort((a, b) => a - b);
  const p95 = frames[Math.floor(frames.length * 0.95)]!;
  return { fps: frames.length / 5, p95, mostNodes };
}

async function streamOnto(length: number) {
  const words = "the quick **brown** fox jumps over `the` lazy dog ";
  const paragraph = `${words.repeat(8).trim()}\n\n`;
  const text = paragraph.repeat(Math.ceil(length / paragraph.length));
  const key = "assistant:1";
  const blocks = [{ kind: "text" as const, text: text.slice(0, length) }];
  page.open(page.mixedItems(200));
  page.change({
    type: "flight",
    flight: { key, startedAt: Date.now(), blocks },
    tools: [],
  });
  await new Promise(requestAnimationFrame);
  const frames: number[] = [];
  let before = await new Promise<number>(requestAnimationFrame);
  const start = before;
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - start) / 5);
    for (; sent < due; sent++) {
      const from = (sent * 4) % (text.length - 4);
      page.change({ type: "delta", at: 0, text: text.slice(from, from + 4) });
    }
  }, 5);
  while (before - start < 5_000) {
    const now = await new Promise<number>(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  clearInterval(timer);
  frames.sort((a, b) => a - b);
  const p95 = frames[Math.floor(frames.length * 0.95)]!;
  return { fps: frames.length / 5, p95 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (import.meta.main) {
  const browser = await launchBrowser();
  await using opened = await openPage(browser);
  const figures = await benchTranscript(opened.page);
  const { scriptBytes } = opened.server;
  const lines = Object.entries({ ...figures, scriptGzipBytes: scriptBytes })
    .map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${[...lines, ...opened.complaints].join("\n")}\n`);
  await browser.close();
}
