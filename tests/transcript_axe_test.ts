import { AxeBuilder } from "@axe-core/playwright";
import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
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

for (const theme of ["dark", "light"]) {
  test(`a transcript of everything is accessible in the ${theme} theme`, async () => {
    await using opened = await openPage(browser);
    const target = opened.page;
    await target.setViewportSize({ width: 1_000, height: 2_400 });
    await target.evaluate((theme) => {
      document.documentElement.dataset.theme = theme;
      page.open([...page.workingItems(), ...page.everyKind()]);
      page.pending([{
        id: "p",
        text: "then bump the changelog",
        mode: "followUp",
        at: 0,
        state: "refused",
        reason: "The agent is gone",
        attachments: 1,
      }]);
      page.controller().toggleThinking();
      page.controller().find();
    }, theme);
    await target.hover('[data-kind="text"]');
    await target.waitForTimeout(300);

    // The page around the transcript brings the heading and the landmarks.
    const { violations } = await new AxeBuilder({ page: target as never })
      .disableRules(["page-has-heading-one"])
      .analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)
    );
    assertEquals(found, []);
  });
}
