import { assert, assertEquals, assertLess } from "@std/assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "bun:test";
import type { Page } from "playwright-core";
import { launchBrowser, listenForErrors } from "./harness/browser.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

const SCREEN = { width: 1440, height: 900 };

/** Notes in the page when the first agent's row is there. */
function watchForRow(page: Page): Promise<void> {
  return page.evaluate(() => {
    const look = () => {
      if (!document.querySelector("[data-agent]")) return;
      document.body.dataset.appeared ??= String(Date.now());
    };
    new MutationObserver(look).observe(document.body, {
      childList: true,
      subtree: true,
    });
  });
}

/** pi's session ids are UUIDs of version 7: their time is the session's start. */
function startOf(sessionId: string): number {
  return parseInt(sessionId.replaceAll("-", "").slice(0, 12), 16);
}

async function send(page: Page, text: string, key = "Enter"): Promise<void> {
  const composer = page.getByRole("textbox", { name: "Message" });
  await composer.fill(text);
  await composer.press(key);
}

function transcript(page: Page) {
  return page.getByRole("log", { name: "Transcript" });
}

/** Waits for words in the conversation that an agent said or did. */
async function sees(page: Page, words: string | RegExp): Promise<void> {
  await transcript(page).getByText(words).last().waitFor({ timeout: 15_000 });
}

test(
  "a person opens the page, types pi in a folder, and drives it",
  async () => {
    await using home = await PiHome.make("1.5.2");
    // Where a user's daemon keeps its token, and their pi looks for it.
    const dataDir = join(home.root, "state", "hypivisor");
    await using hypivisor = await Hypivisor.start({ dataDir });
    await using browser = await launchBrowser();
    const page = await browser.newPage({ viewport: SCREEN });
    const errors = listenForErrors(page);
    await page.goto(hypivisor.signInUrl);
    await page.getByText("No agents yet").waitFor();
    await watchForRow(page);

    const pi = home.tui({ hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws` });
    const row = page.locator("[data-agent]").first();
    await row.waitFor({ timeout: 20_000 });
    const { nodes } = await (await hypivisor.fetch("/api/nodes")).json();
    const appeared = Number(
      await page.evaluate(() => document.body.dataset.appeared),
    );
    assertLess(appeared - startOf(nodes[0].session.id), 1_000);

    await row.click();
    await send(
      page,
      "Please make a file\n#think two tools will do\n#bash echo $((6*7))\n" +
        "#write made.txt | hello from the page\n#say The file is **made**.",
    );
    await sees(page, "The file is");
    await sees(page, /^42$/);
    await sees(page, "hello from the page");
    await transcript(page).getByRole("button", { name: /Thought/ }).waitFor();
    assertEquals(
      readFileSync(join(home.work, "made.txt"), "utf8"),
      "hello from the page",
    );
    assert(pi.screen.includes("The file is"), "The terminal shows it as well");

    await pi.enter("#say typed in the terminal");
    await sees(page, "typed in the terminal");
    assertEquals(errors, []);
  },
  90_000,
);

test("steer, follow-up and stop act on a pi that works", async () => {
  await using hypivisor = await Hypivisor.start();
  await using home = await PiHome.make("1.5.2");
  await using browser = await launchBrowser();
  home.tui({
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN: hypivisor.token },
  });
  const page = await browser.newPage({ viewport: SCREEN });
  await page.goto(hypivisor.signInUrl);
  await page.locator("[data-agent]").first().click({ timeout: 20_000 });

  await send(page, "#say at work\n#gate one\n#bash echo tool\n#say unsteered");
  await sees(page, "at work");
  await send(page, "#say then this", "Alt+Enter");
  await page.getByText(/Follow-up queued/).waitFor();
  await send(page, "#say this first");
  await page.getByText(/Steering queued/).waitFor();
  home.llm.release("one");
  await sees(page, /^then this$/);
  const answers = await transcript(page).innerText();
  assert(
    answers.lastIndexOf("this first") < answers.lastIndexOf("then this"),
    "Steering is delivered before the follow-up",
  );

  await send(page, "#say stop me\n#gate two\n#say never said");
  await sees(page, /^stop me$/);
  await page.getByRole("button", { name: "Stop" }).click();
  await sees(page, /stopped|aborted/i);
  const last = await until(() => home.llm.state.requests.at(-1)?.aborted);
  assert(last);
}, 90_000);

test("/new and /reload in the terminal move the page along", async () => {
  await using hypivisor = await Hypivisor.start();
  await using home = await PiHome.make("1.5.2");
  await using browser = await launchBrowser();
  const pi = home.tui({
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN: hypivisor.token },
  });
  const page = await browser.newPage({ viewport: SCREEN });
  await page.goto(hypivisor.signInUrl);
  await page.locator("[data-agent]").first().click({ timeout: 20_000 });
  await send(page, "#say in the old session");
  await sees(page, /^in the old session$/);

  await pi.enter("/new");
  await transcript(page).getByText(/^in the old session$/)
    .waitFor({ state: "detached", timeout: 15_000 });
  await send(page, "#say in the new session");
  await sees(page, /^in the new session$/);

  await pi.enter("/reload");
  await until(() => /reload/i.test(pi.screen), { withinMs: 15_000 });
  await send(page, "#say after the reload");
  await sees(page, /^after the reload$/);
  assertEquals(await page.locator("[data-agent]").count(), 1);
  assert(existsSync(home.work));
}, 90_000);
