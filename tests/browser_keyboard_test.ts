import { assert, assertEquals } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { Desk } from "./harness/desk.ts";
import { conversation, populate } from "./harness/screens.ts";

setDefaultTimeout(60_000);

test("every button of a conversation is reached by Tab", async () => {
  await using desk = await Desk.open({
    agents: [{
      items: conversation(Date.now()),
      activity: { kind: "working", since: 1 },
    }, {}],
  });
  const { page } = desk;
  await desk.visit();
  await desk.sees("Both tests pass");
  const wanted = await page.evaluate(() => {
    const stops = [...document.querySelectorAll("button, input, textarea, a")]
      .filter((element) => element.checkVisibility())
      // Of a group of tabs one is a stop, and arrows reach the others.
      .filter((element) => element.getAttribute("tabindex") !== "-1");
    stops.forEach((element, at) => element.setAttribute("data-stop", `${at}`));
    (document.activeElement as HTMLElement)?.blur();
    return stops.length;
  });
  const reached = new Set<string>();
  for (let i = 0; i < wanted + 20 && reached.size < wanted; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() =>
      document.activeElement?.getAttribute("data-stop")
    );
    if (stop !== null && stop !== undefined) reached.add(stop);
  }
  const missed = await page.evaluate(
    (reached) =>
      [...document.querySelectorAll("[data-stop]")]
        .filter((element) =>
          !reached.includes(element.getAttribute("data-stop")!)
        )
        .map((element) => element.outerHTML.slice(0, 160)),
    [...reached],
  );
  assertEquals(missed, []);
  assert(wanted > 15, `Only ${wanted} stops`);
});

test("the sheet says a key for everything that it lists", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page } = desk;
  await desk.visit();
  await desk.composer.press("Escape");
  await page.keyboard.press("?");
  const lines = page.getByRole("dialog").locator("dl > div");
  await lines.first().waitFor();
  const keys = await lines.locator("kbd").allInnerTexts();
  assertEquals(keys.length, await lines.count());
  assertEquals(keys.filter((key) => key.trim() === ""), []);
});

test("twice as large on a laptop, everything is still in the window", async () => {
  await using desk = await Desk.open({
    context: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  });
  const { page } = desk;
  await populate(desk);
  await desk.visit();
  await desk.sees("Both tests pass");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assertEquals(width, 640);
  const composer = await desk.composer.boundingBox();
  assert(composer && composer.y + composer.height < 400);
  const transcript = await desk.transcript.boundingBox();
  assert(transcript && transcript.height > 120, "There is room to read");
});
