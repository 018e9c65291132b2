/** A terminal as a person sees it in a browser: its lines, and its keyboard. */

import type { Locator, Page } from "playwright-core";
import { until } from "./until.ts";

export class TerminalOnPage {
  readonly pane: Locator;
  readonly #page: Page;

  /** @param around Where on the page it is; the only one there. */
  constructor(page: Page, around: Locator = page.locator("body")) {
    this.#page = page;
    this.pane = around.locator(".terminal-pane");
  }

  /** What is on the screen, line by line, without what pads them. */
  async lines(): Promise<string[]> {
    const rows = this.pane.locator(".xterm-rows > div");
    const texts = await rows.allInnerTexts();
    return texts.map((text) => text.replaceAll("\u00a0", " ").trimEnd());
  }

  async text(): Promise<string> {
    return (await this.lines()).join("\n").trimEnd();
  }

  async sees(words: string | RegExp, withinMs = 10_000): Promise<void> {
    let seen = "";
    await until(async () => {
      seen = await this.text();
      return typeof words === "string"
        ? seen.includes(words)
        : words.test(seen);
    }, { withinMs, seen: () => `${words} in ${seen}` });
  }

  async ready(): Promise<void> {
    await this.pane.locator(".xterm-rows").waitFor();
    await this.sees(/\$ ?$/m);
  }

  /** Clicks into it, then types a line. */
  async enter(line: string): Promise<void> {
    await this.focus();
    await this.#page.keyboard.type(line);
    await this.#page.keyboard.press("Enter");
  }

  async focus(): Promise<void> {
    await this.pane.locator(".xterm-screen").click();
  }

  get hasFocus(): Promise<boolean> {
    return this.pane.evaluate((pane) => pane.contains(document.activeElement));
  }
}
