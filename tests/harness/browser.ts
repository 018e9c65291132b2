/** A real Chromium for tests, with the flags that keep it off the network. */

import { type Browser, chromium, type Page } from "playwright-core";
import { existsSync } from "node:fs";

/**
 * The headless shell is the same engine without windows. In a browser that has
 * some, a page that is made narrow at times gets no frames any more.
 */
const CANDIDATES = [
  process.env.CHROMIUM_BIN,
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The caller closes it. @throws {Error} naming what to install. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error(
      "Cannot find Chromium: run scripts/test, or set CHROMIUM_BIN",
    );
  }
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Collects what a page complains of, for a test to assert on. */
export function listenForErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => {
    // The sign-in page is a 401 on purpose, and Chromium mentions it.
    if (message.type() === "error" && !message.text().includes("401")) {
      errors.push(message.text());
    }
  });
  return errors;
}

/** Collects what the page's policy has blocked, from now on. */
export async function listenForViolations(page: Page): Promise<string[]> {
  const violations: string[] = [];
  await page.exposeFunction(
    "reportViolation",
    (directive: string) => violations.push(directive),
  );
  await page.evaluate(() =>
    document.addEventListener("securitypolicyviolation", (event) => {
      (globalThis as never as { reportViolation(text: string): void })
        .reportViolation(event.effectiveDirective);
    })
  );
  return violations;
}
