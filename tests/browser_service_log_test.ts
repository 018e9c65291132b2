/** A log as it is read: in a flood, with a filter, over the end of its service. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "./harness/desk.ts";
import { ServiceFiles, shell, STAYS } from "./harness/service_files.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(90_000);

/** Some 8,000 numbered lines a second: the page's bound is soon reached. */
const FLOOD =
  "n=0; while :; do seq -f 'row %.0f' $n $((n+399)); n=$((n+400)); sleep 0.05; done";

const open = (files: ServiceFiles, path: string) =>
  Desk.open({ hypivisor: { env: files.env }, path });

const box = ({ page }: Desk) => page.locator(".log-box");

const jump = ({ page }: Desk) => page.locator(".log-jump");

/** The number of the row at the top of what is seen; 0 until it is drawn. */
function topRow(desk: Desk): Promise<number> {
  return box(desk).evaluate((element) => {
    const { left, top } = element.getBoundingClientRect();
    const caret = document.caretRangeFromPoint(left + 30, top + 12);
    if (caret?.startContainer.nodeType !== Node.TEXT_NODE) return 0;
    const text = caret.startContainer.textContent ?? "";
    const from = text.lastIndexOf("\n", caret.startOffset - 1) + 1;
    return Number(/\d+/.exec(text.slice(from))?.[0]);
  });
}

/** The same, once nothing moves any more. */
async function restingRow(desk: Desk): Promise<number> {
  let last = 0;
  return await until(async () => {
    const before = last;
    await Bun.sleep(150);
    last = await topRow(desk);
    return last > 0 && last === before && last;
  }, { seen: () => last });
}

async function isPaused(desk: Desk): Promise<boolean> {
  return await jump(desk).count() === 1;
}

/** All that the engine holds for this page, in nodes. */
async function nodesHeld({ page }: Desk): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  await session.detach();
  return nodes;
}

test("in a flood small steps leave the end, and what is read stays", async () => {
  using files = new ServiceFiles({ flood: shell(FLOOD) });
  await using desk = await open(files, "/s/flood");
  const { page } = desk;
  await until(async () => await topRow(desk) > 2_000, { withinMs: 20_000 });
  await box(desk).hover();
  for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -4);
  await until(() => isPaused(desk));
  await page.mouse.wheel(0, -2_000);
  const read = await restingRow(desk);
  // More than the page keeps has come by then.
  await until(async () => {
    const fresh = (await jump(desk).innerText()).replace(/\D/g, "");
    return Number(fresh) > 25_000;
  }, { withinMs: 40_000, seen: () => jump(desk).innerText() });
  assertEquals(await topRow(desk), read);

  await page.keyboard.press("End");
  await until(async () => !await isPaused(desk));
  const live = await topRow(desk);
  assert(live > read + 20_000);
  await until(async () => await topRow(desk) > live + 500);
  await page.keyboard.press("PageUp");
  await until(() => isPaused(desk));
  // A browser would go on with what it does smoothly.
  await restingRow(desk);
  await page.keyboard.press("Control+End");
  await until(async () => !await isPaused(desk));

  // Of the lines that were dropped nothing is left.
  const held = await nodesHeld(desk);
  const from = await topRow(desk);
  await until(async () => await topRow(desk) > from + 25_000, {
    withinMs: 40_000,
  });
  const more = await nodesHeld(desk) - held;
  assert(more < 200, `${more} more nodes`);
  assertEquals(desk.errors, []);
});

test("a filter gives the place back that was read", async () => {
  using files = new ServiceFiles({
    rows: shell(`seq -f 'row %.0f' 1 3000; ${STAYS}`),
  });
  await using desk = await open(files, "/s/rows");
  const { page } = desk;
  await until(async () => await topRow(desk) > 2_500);
  await box(desk).hover();
  await page.mouse.wheel(0, -20_000);
  await until(() => isPaused(desk));
  const read = await restingRow(desk);
  assert(read < 2_000);
  await page.keyboard.press("f");
  await page.keyboard.type("row 2999");
  await page.getByText(/^1 of 3,00\d lines$/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/^3,00\d lines$/).waitFor();
  assert(Math.abs(await restingRow(desk) - read) <= 3);
  assert(await isPaused(desk));
  assertEquals(desk.errors, []);
});

test("a service that is removed and comes back has a live log", async () => {
  const TICKS = "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done";
  using files = new ServiceFiles({ ticker: shell(TICKS) });
  await using desk = await open(files, "/s/ticker");
  const { page, hypivisor } = desk;
  const reload = () =>
    hypivisor.fetch("/api/services/reload", { method: "POST" });
  await box(desk).getByText(/tick 40\n/).first().waitFor();
  rmSync(join(files.folder, "ticker.kdl"));
  await reload();
  await page.getByText("There is no service “ticker”").waitFor();
  files.write("ticker", shell(TICKS.replace("tick", "tock")));
  await reload();
  await box(desk).getByText(/tock 20\n/).first().waitFor();
  assertEquals(desk.errors, []);
});

test("what takes its time to be ready or to stop can be stopped at once", async () => {
  using files = new ServiceFiles({
    slow: shell(
      `trap '' TERM; echo up; while :; do sleep 1; done`,
      'ready { probe "log" "never"; timeout "30s"; }',
      'stop { grace "60s"; }',
    ),
  });
  await using desk = await open(files, "/s/slow");
  const { page } = desk;
  const state = (kind: string) =>
    page.locator(`.service-bar .pill[data-state="${kind}"]`).waitFor();
  await state("starting");
  await box(desk).getByText("up").waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await state("stopping");
  await page.getByRole("button", { name: "Stop now" }).click();
  await state("stopped");
  await page.keyboard.press("s");
  await state("starting");
  await page.keyboard.press("s");
  await state("stopping");
  assertEquals(await page.locator(".notice").count(), 0);
  await page.getByRole("button", { name: "Stop now" }).click();
  await state("stopped");
  assertEquals(desk.errors, []);
});

test("with no agent online the question goes to one that is started", async () => {
  using files = new ServiceFiles({
    mail: shell(
      "echo 'fatal: refused' >&2; exit 3",
      'restart { policy "never"; }',
    ),
  });
  await using desk = await open(files, "/s/mail");
  const { page } = desk;
  await box(desk).getByText("fatal: refused").waitFor();
  await page.keyboard.press("a");
  await page.getByRole("menuitem", { name: /No agent is online/ }).click();
  const message = page.getByLabel("First message (optional)");
  assertMatch(
    await message.inputValue(),
    /^The service `mail` is stopped[^]*\nfatal: refused\n/,
  );
});
