/**
 * The page: what it loads before it draws, as the executable serves it, and
 * how its transcript opens, streams and scrolls in a real Chromium.
 */

import type { Hypivisor } from "../../tests/harness/hypivisor.ts";
import {
  benchTranscript,
  type TranscriptFigures,
} from "../../tests/transcript_bench.ts";
import { launchBrowser } from "../../tests/harness/browser.ts";
import { openPage } from "../../tests/transcript_page/browser.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { startTested } from "./tested.ts";

const RUNS = 3;
const MAX_INITIAL_KB = 100;
const MAX_OPEN_MS = 200;
const MIN_FPS = 55;

/** How the bundler writes the scripts that a page or a script cannot do without. */
const SCRIPT_TAG = /<(?:script|link)[^>]*?(?:src|href)="([^"]+\.js)"/g;
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*"(\.?\/[^"]+\.js)"/g;

export const page: Measurement = {
  name: "page",
  about: "the page's script, and its transcript in Chromium",
  needsBinary: true,
  async run() {
    await using hypivisor = await startTested();
    const runs: TranscriptFigures[] = [];
    const browser = await launchBrowser();
    for (let run = 0; run < RUNS; run++) {
      await using opened = await openPage(browser);
      runs.push(await benchTranscript(opened.page));
    }
    await browser.close();
    const middle = (name: keyof TranscriptFigures) =>
      median(runs.map((run) => run[name]));
    return [
      atMost(
        "initial script, gzip",
        await initialBytes(hypivisor) / 1_000,
        MAX_INITIAL_KB,
        "kB",
      ),
      atMost(
        "opening 10,000 messages",
        middle("openMs"),
        MAX_OPEN_MS,
        "ms",
      ),
      atLeast("streaming 200 tokens/s onto 20 KB", middle("streamFps")),
      told("streaming, frame p95", middle("streamP95Ms"), "ms"),
      told("scrolling 10,000 messages", middle("scrollFps"), "fps"),
      told("elements at most while scrolling", middle("mostNodes"), ""),
    ];
  },
};

function atLeast(what: string, fps: number): Figure {
  return {
    what,
    value: `${fps.toFixed(1)} fps`,
    wanted: `>= ${MIN_FPS} fps`,
    holds: fps >= MIN_FPS,
  };
}

/** All scripts that are loaded before the page draws, as they are sent. */
async function initialBytes(hypivisor: Hypivisor): Promise<number> {
  const html = await (await hypivisor.fetch("/")).text();
  const waiting = [...html.matchAll(SCRIPT_TAG)].map(([, path = ""]) => path);
  if (waiting.length === 0) throw new Error("The page loads no script");
  const seen = new Set<string>();
  let bytes = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const url = new URL(next, hypivisor.origin);
    if (seen.has(url.pathname)) continue;
    seen.add(url.pathname);
    const response = await hypivisor.fetch(url.pathname, {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    } as RequestInit);
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    const sent = new Uint8Array(await response.arrayBuffer());
    bytes += sent.length;
    const text = new TextDecoder().decode(Bun.gunzipSync(sent));
    for (const [, path = ""] of text.matchAll(STATIC_IMPORT)) {
      waiting.push(new URL(path, url).pathname);
    }
  }
  return bytes;
}
