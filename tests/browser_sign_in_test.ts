import { assert, assertEquals } from "@std/assert";
import { expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { launchBrowser, listenForErrors } from "./harness/browser.ts";
import { Hypivisor } from "./harness/hypivisor.ts";

setDefaultTimeout(30_000);

const field = (page: Page) => page.getByLabel("Token");
const says = (page: Page, words: RegExp) =>
  page.getByRole("status").filter({ hasText: words }).first().waitFor();

test("the printed address signs in, once, and leaves no code behind", async () => {
  await using hypivisor = await Hypivisor.start();
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const errors = listenForErrors(page);
  await page.goto(hypivisor.signInUrl);
  await page.getByRole("heading", { name: /No agents yet/ }).waitFor();
  expect(page.url()).toBe(`${hypivisor.origin}/`);
  assertEquals(errors, []);

  const other = await (await browser.newContext()).newPage();
  await other.goto(hypivisor.signInUrl);
  await says(other, /used already or is too old/);
  expect(other.url()).toBe(`${hypivisor.origin}/`);
  assert(await field(other).isVisible());
});

test("the token signs in where a wrong one does not, and keeps the address", async () => {
  await using hypivisor = await Hypivisor.start();
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${hypivisor.origin}/a/some-agent`);
  await says(page, /needs a link or a token/);

  await field(page).fill("not the token");
  await page.keyboard.press("Enter");
  await says(page, /not the token of this hypivisor/);

  await field(page).fill(hypivisor.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "No such agent" }).waitFor();
  expect(page.url()).toBe(`${hypivisor.origin}/a/some-agent`);
  assertEquals(complaints.filter((text) => /DOM|username/.test(text)), []);
});

test("signing out ends the session of this browser alone", async () => {
  await using hypivisor = await Hypivisor.start();
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(hypivisor.signInUrl);
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.locator(".copy-line code")
    .filter({ hasText: "#code=" }).innerText();
  await page.keyboard.press("Escape");

  const phone = await (await browser.newContext()).newPage();
  await phone.goto(link);
  await phone.getByRole("heading", { name: /No agents yet/ }).waitFor();

  await page.keyboard.press("Control+,");
  await page.getByRole("button", { name: "Sign out" }).click();
  await field(page).waitFor();
  await page.goto(hypivisor.origin);
  await field(page).waitFor();
  await phone.reload();
  await phone.getByRole("heading", { name: /No agents yet/ }).waitFor();
});
