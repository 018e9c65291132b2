import { assert, assertEquals, assertLess } from "@std/assert";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setDefaultTimeout, test } from "bun:test";
import { Desk, type DeskOptions } from "./harness/desk.ts";
import { PiHome } from "./harness/pi.ts";
import { piOnPath } from "./harness/pi_on_path.ts";
import { ShellHome } from "./harness/shell_home.ts";
import { TerminalOnPage } from "./harness/terminal_screen.ts";

setDefaultTimeout(90_000);

/** A desk at a daemon that has a real pi, with a scripted model, on its PATH. */
async function openDesk(home: PiHome, options: DeskOptions = {}) {
  const desk = await Desk.open({
    hypivisor: { env: piOnPath(home) },
    ...options,
  });
  desk.page.setDefaultTimeout(20_000);
  // Until the server has said what it can, no key starts anything.
  await desk.page.getByRole("button", { name: "New agent" }).waitFor();
  return desk;
}

/** Opens the form and types a folder into it, ready for the rest. */
async function fillForm(desk: Desk, folder: string): Promise<void> {
  const { page } = desk;
  await page.getByRole("button", { name: "New agent" }).click();
  await page.getByRole("combobox", { name: /Folder/ }).fill(folder);
}

test("New agent: folder, first prompt, answer; one process in chat and terminal", async () => {
  await using home = await PiHome.make("1.5.2");
  await using desk = await openDesk(home);
  const { page } = desk;
  const startedAt = Date.now();
  await page.keyboard.press("n");
  await page.getByRole("combobox", { name: /Folder/ }).pressSequentially("wo");
  await page.getByRole("option", { name: "work" }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("#say hello from a spawned agent");
  await page.keyboard.press("Control+Enter");
  await desk.sees(/^hello from a spawned agent$/);
  const took = Date.now() - startedAt;
  assertLess(took, 5_000);

  // The same turn in the terminal, and what is typed there in the chat.
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  const terminal = new TerminalOnPage(page, page.locator(".stage"));
  await terminal.sees("hello from a spawned agent");
  await terminal.focus();
  await page.keyboard.type("#say typed in the terminal");
  await page.keyboard.press("Enter");
  await terminal.sees(/^ *typed in the terminal$/m);
  await page.keyboard.press("Control+Alt+.");
  await page.keyboard.press("t");
  await desk.sees(/^typed in the terminal$/);
  await desk.composer.waitFor();

  // Beside each other, in the dock.
  await desk.send("#say both at once");
  await page.keyboard.press("Control+`");
  const dock = page.locator(".dock");
  await dock.getByRole("button", { name: "work", exact: true }).click();
  await desk.sees(/^both at once$/);
  await new TerminalOnPage(page, dock).sees("both at once");

  // Its end, as a person would quit it, and its session again.
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Stop the agent" }).click();
  const note = page.getByRole("region", { name: "The agent is offline" });
  await note.waitFor();
  // Its last screen can still be read, there and over the whole window.
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await note.getByRole("button", { name: "Open folder" }).waitFor();
  await page.getByRole("button", { name: "Chat", exact: true }).click();
  await note.getByRole("button", { name: "Resume session" }).click();
  await note.waitFor({ state: "detached" });
  await desk.sees(/^hello from a spawned agent$/);
  await desk.send("#say resumed");
  await desk.sees(/^resumed$/);
  assertEquals(await page.locator("[data-agent]").count(), 1);
  assertEquals(desk.errors, []);
});

test("pi's trust question is shown, and answered in the browser", async () => {
  await using home = await PiHome.make("1.5.2");
  const settings = join(home.agentDir, "settings.json");
  const { defaultProjectTrust: _always, ...asks } = JSON.parse(
    readFileSync(settings, "utf8"),
  );
  writeFileSync(settings, JSON.stringify(asks));
  mkdirSync(join(home.work, ".pi"));
  writeFileSync(join(home.work, ".pi", "settings.json"), "{}");
  mkdirSync(join(home.work, ".pi", "skills"));
  await using desk = await openDesk(home);
  const { page } = desk;
  await fillForm(desk, "~/work/");
  await page.getByLabel("First message").fill("#say trusted");
  await page.getByRole("button", { name: "Start agent" }).click();

  const terminal = new TerminalOnPage(page, page.locator(".stage"));
  await terminal.sees(/Trust project folder/);
  await page.locator(".terminal-strip").getByText(/Trust project folder/)
    .waitFor();
  await page.locator('[data-agent][data-state="waiting"]').first().waitFor();
  assertEquals(await terminal.hasFocus, true);
  await page.keyboard.press("Enter");
  await desk.sees(/^trusted$/);
  await terminal.pane.waitFor({ state: "detached" });
});

test("a folder is made when asked for, and what is refused stays in the form", async () => {
  await using home = await PiHome.make("1.5.2");
  await using desk = await openDesk(home);
  const { page } = desk;
  await fillForm(desk, "~/work/new-thing");
  await page.getByLabel("First message").fill("#say in a new folder");
  await page.getByRole("button", { name: "Start agent" }).click();
  await page.getByText(/There is no “new-thing” here/).waitFor();
  await page.getByRole("option", { name: /Create “new-thing”/ }).click();
  await page.getByText("will be created").waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();

  // The form is as it was left, also over a reload.
  await page.reload();
  await page.getByRole("button", { name: "New agent" }).click();
  assertEquals(
    await page.getByLabel("First message").inputValue(),
    "#say in a new folder",
  );
  await page.getByRole("option", { name: /Create “new-thing”/ }).click();
  await page.getByRole("button", { name: "Start agent" }).click();
  await desk.sees(/^in a new folder$/);
  assert(existsSync(join(home.work, "new-thing")));
});

test("a pi that is missing, or dies, is shown as that", async () => {
  await using home = new ShellHome(["work", "bin"]);
  await using desk = await Desk.open({
    hypivisor: { env: { ...home.env, PATH: "/usr/bin:/bin" } },
  });
  const { page } = desk;
  await fillForm(desk, "~/work/");
  await page.getByRole("button", { name: "Start agent" }).click();
  await page.getByRole("alert").getByText(/Cannot find "pi"/).waitFor();
  // It is in the list as well, for whoever did not see the form.
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator('[data-agent][data-state="error"]').first().click();
  const failed = page.getByRole("region", { name: "It did not start" });
  await failed.getByText(/Cannot find "pi"/).waitFor();
  await failed.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("heading", { name: /No agents yet/ }).waitFor();
});

test("a pi that dies at once shows its last words, and can be tried again", async () => {
  await using home = new ShellHome(["work", "bin"]);
  const pi = join(home.path, "bin", "pi");
  writeFileSync(pi, "#!/bin/sh\necho no provider is set up >&2\nexit 7\n", {
    mode: 0o755,
  });
  await using desk = await Desk.open({
    hypivisor: {
      env: { ...home.env, PATH: `${join(home.path, "bin")}:/usr/bin:/bin` },
    },
  });
  const { page } = desk;
  await fillForm(desk, "~/work/");
  await page.getByRole("button", { name: "Start agent" }).click();
  const failed = page.getByRole("region", { name: "It did not start" });
  await failed.getByText(/exit code 7/).waitFor();
  await new TerminalOnPage(page).sees("no provider is set up");
  await page.getByRole("button", { name: "Chat", exact: true }).click();
  await failed.getByText(/no provider is set up/).waitFor();
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  writeFileSync(pi, "#!/bin/sh\necho better now\nsleep 60\n");
  await failed.getByRole("button", { name: "Try again" }).click();
  await new TerminalOnPage(page).sees("better now");
  await failed.waitFor({ state: "detached" });
});
