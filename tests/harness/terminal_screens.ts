/**
 * Every screen that has to do with terminals and with agents that are started
 * here, each with the way there. Walked through in this order, at one desk.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Screen } from "./screens.ts";
import type { ShellHome } from "./shell_home.ts";
import { TerminalOnPage } from "./terminal_screen.ts";

/** What a person sees of a build, in colours. */
const OUTPUT = [
  "\\033[35m~/src/hypivisor\\033[0m \\033[32mfix/reconnect*\\033[0m ❯ bun test mesh",
  "bun test v1.4.5",
  "",
  "mesh/socket.test.ts:",
  "\\033[32m✓\\033[0m connects and sends hello \\033[90m[1.21ms]\\033[0m",
  "\\033[32m✓\\033[0m resumes from last sequence \\033[90m[12.40ms]\\033[0m",
  "\\033[31m✗\\033[0m backs off with jitter \\033[90m[3.02ms]\\033[0m",
  "\\033[33mwarning\\033[0m \\033[34mblue\\033[0m \\033[36mcyan\\033[0m \\033[38;2;240;120;40mtrue colour\\033[0m",
  "",
  " \\033[32m2 pass\\033[0m",
  " \\033[31m1 fail\\033[0m",
].join("\\n");

/** Stands in for pi where only its being there is looked at. */
export function standInForPi(home: ShellHome): string {
  const bin = home.folder("bin");
  const pi = "#!/bin/sh\ncase $PWD in\n" +
    "*/broken) echo 'Error: no provider is signed in'; exit 1;;\n" +
    "*) echo; echo '  pi, on its way'; sleep 600;;\nesac\n";
  writeFileSync(join(bin, "pi"), pi, { mode: 0o755 });
  return `${bin}:/usr/bin:/bin`;
}

const dock = (page: Parameters<Screen["show"]>[0]["page"]) =>
  new TerminalOnPage(page, page.locator(".dock"));

export const TERMINAL_SCREENS: readonly Screen[] = [
  {
    name: "spawn",
    async show({ page }) {
      await page.getByRole("button", { name: "New agent" }).click();
      await page.getByRole("combobox").fill("~/src/hyp");
      await page.getByRole("option", { name: "hypivisor" }).waitFor();
    },
  },
  {
    name: "spawn-model",
    async show({ page }) {
      await page.getByRole("button", { name: /^Model/ }).click();
      await page.getByRole("textbox", { name: "Model" }).waitFor();
    },
  },
  {
    name: "spawn-refused",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Start agent" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "starting",
    async show({ page }) {
      await page.getByRole("combobox").fill("~/src/hypivisor/");
      await page.getByRole("button", { name: "Start agent" }).click();
      await new TerminalOnPage(page, page.locator(".stage")).sees("on its way");
    },
  },
  {
    name: "dock",
    async show({ page }) {
      await page.keyboard.press("Control+`");
      await dock(page).ready();
      await dock(page).enter(`clear; printf '${OUTPUT}\\n'`);
      await dock(page).sees("1 fail");
    },
  },
  {
    name: "terminal-find",
    async show({ page }) {
      await page.keyboard.press("Control+Shift+F");
      await page.getByLabel("Find in the terminal").fill("with");
      await page.getByText("1 of 1").waitFor();
    },
  },
  {
    name: "tab-asks",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Close bash/ }).click();
      await page.getByRole("button", { name: "Keep" }).waitFor();
    },
  },
  {
    name: "terminal-exited",
    async show({ page }) {
      await page.getByRole("button", { name: "Keep" }).click();
      await dock(page).enter("exit 1");
      await dock(page).pane.getByText("Exited with code 1").waitFor();
    },
  },
  {
    name: "stage-menu",
    async show({ page }) {
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menu", { name: "Agent" }).waitFor();
    },
  },
  {
    name: "terminal-page",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Restart" }).click();
      await dock(page).pane.getByText("Exited").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Open in the whole window" })
        .click();
      await new TerminalOnPage(page).ready();
      await page.getByRole("button", { name: "More" }).click();
      await page.getByRole("menu", { name: "Terminal" }).waitFor();
    },
  },
  {
    name: "terminal-text",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Select text" }).click();
      await page.locator(".terminal-text").waitFor();
    },
  },
  {
    name: "terminals",
    async show({ page, hypivisor }) {
      await page.keyboard.press("Escape");
      await page.goto(`${hypivisor.origin}/t`);
      await page.locator("[data-terminal]").first().waitFor();
    },
  },
  {
    name: "terminal-reader",
    async show({ page }) {
      await page.keyboard.press("Control+,");
      await page.getByRole("group", { name: /Screen reader/ }).getByText("On")
        .click();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.locator("[data-terminal]").first().click();
      await page.locator(".xterm-accessibility").waitFor({ state: "attached" });
    },
  },
  {
    name: "failed",
    async show({ page }) {
      await page.getByRole("button", { name: "Back" }).click();
      await page.getByRole("button", { name: "New agent" }).click();
      await page.getByRole("combobox").fill("~/src/broken/");
      await page.getByRole("button", { name: "Start agent" }).click();
      await page.getByRole("region", { name: "It did not start" }).waitFor();
    },
  },
  {
    name: "phone-terminals",
    async show({ page, hypivisor }) {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(`${hypivisor.origin}/t`);
      await page.locator("[data-terminal]").first().waitFor();
    },
  },
  {
    name: "phone-terminal",
    async show({ page }) {
      await page.locator("[data-terminal]").first().click();
      await page.locator(".terminal-page .xterm-rows").waitFor();
    },
  },
  {
    name: "phone-spawn",
    async show({ page }) {
      await page.getByRole("button", { name: "Back" }).click();
      await page.getByRole("button", { name: "Agents" }).click();
      await page.getByRole("button", { name: "New agent" }).click();
      await page.getByRole("option").first().waitFor();
    },
  },
];
