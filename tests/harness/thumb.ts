/** What is wrong with a page for whoever holds it in one hand. */

import type { Page } from "playwright-core";

/** What reaches over the right edge of the window, and cannot be scrolled to. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth
      ? ["the page itself"]
      : [];
    const shown = [...document.querySelectorAll("button, input, textarea, p")];
    const over = shown.filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      const isHidden = element.closest(
        ".visually-hidden, .skip-link, .key-bar",
      );
      return width > 1 && !isHidden && right > innerWidth + 0.5;
    });
    return [...wide, ...over.map((element) => element.outerHTML.slice(0, 120))];
  });
}

/** Buttons too small for a thumb, and fields that make iOS zoom in. */
export function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isShown = (element: Element) =>
      element.checkVisibility() && !element.closest(".tx-actions");
    const buttons = [...document.querySelectorAll("button")].filter(isShown);
    const fields = [...document.querySelectorAll(
      "input:not([type=radio]), textarea",
    )].filter(isShown);
    const say = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      return `${Math.round(width)}x${Math.round(height)} ` +
        element.outerHTML.slice(0, 100);
    };
    return [
      ...buttons.filter((button) => {
        const { width, height } = button.getBoundingClientRect();
        return width < 43.5 || height < 43.5;
      }).map(say),
      ...fields.filter((field) =>
        parseFloat(getComputedStyle(field).fontSize) < 16
      ).map(say),
    ];
  });
}
