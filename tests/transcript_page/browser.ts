/** A Chromium with the transcript page open, for tests and measurements. */

import type { Browser, Page } from "playwright-core";
import { type PageServer, servePage } from "./server.ts";

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly server: PageServer;
  /** What the page complained about: errors, and breaches of its policy. */
  readonly complaints: string[];
}

export async function openPage(browser: Browser): Promise<OpenPage> {
  const server = await servePage();
  const context = await browser.newContext({
    viewport: { width: 1000, height: 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(server.url);
  return {
    page,
    server,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      server[Symbol.dispose]();
    },
  };
}
