import { assert, assertEquals, assertMatch } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setDefaultTimeout, test } from "bun:test";
import { listenForViolations } from "./harness/browser.ts";
import { Desk, type DeskOptions } from "./harness/desk.ts";
import { ShellHome } from "./harness/shell_home.ts";
import { TerminalOnPage } from "./harness/terminal_screen.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(60_000);

/** A desk with a shell in the dock, ready for a command. */
async function openShell(home: ShellHome, options: DeskOptions = {}) {
  const desk = await Desk.open({
    hypivisor: { env: home.env },
    ...options,
    context: {
      permissions: ["clipboard-read", "clipboard-write"],
      ...options.context,
    },
  });
  // Until the server has said what it can, the key does nothing.
  await desk.page.getByRole("button", { name: "New agent" }).waitFor();
  await desk.page.keyboard.press("Control+`");
  const terminal = new TerminalOnPage(desk.page, desk.page.locator(".dock"));
  await terminal.ready();
  return { desk, page: desk.page, terminal };
}

test("a person opens a shell in the folder of an agent, and works in it", async () => {
  await using home = new ShellHome(["src/shop"]);
  await using desk = await Desk.open({ hypivisor: { env: home.env } });
  const { page } = desk;
  const machine = await (await desk.hypivisor.fetch("/api/daemon")).json();
  await desk.join({
    name: "fix-cart",
    cwd: join(home.path, "src/shop"),
    machine: machine.machine,
  });
  await desk.visit();
  await desk.composer.press("Control+`");
  const terminal = new TerminalOnPage(page, page.locator(".dock"));
  await terminal.ready();
  const violations = await listenForViolations(page);

  await terminal.enter("pwd; printf '\\033[38;2;250;100;20mtrue\\033[0m\\n'");
  await terminal.sees(join(home.path, "src/shop"));
  await terminal.sees(/^true$/m);
  const size = (await terminal.pane.getAttribute("aria-label")) ?? "";
  assertMatch(size, /^Terminal bash · shop$/);
  await page.getByRole("button", { name: "Terminals, 1 open" }).waitFor();

  // What it is told of its size is what is drawn.
  await page.getByRole("complementary")
    .getByRole("button", { name: "bash · shop" }).waitFor();
  const shown = page.locator(".dock-facts");
  const sized = async () => {
    const [, cols, rows] = /(\d+)×(\d+)/.exec(await shown.innerText()) ?? [];
    await terminal.enter("clear; stty size");
    await terminal.sees(`${rows} ${cols}`);
    assertEquals((await terminal.lines()).length, Number(rows));
    return Number(cols);
  };
  const wide = await sized();
  await page.setViewportSize({ width: 1_240, height: 900 });
  await until(async () => !(await shown.innerText()).includes(`${wide}×`));
  assert(await sized() < wide);

  // Another key than the program's: out of it, and the dock away.
  await page.keyboard.press("Control+Alt+.");
  assertEquals(await terminal.hasFocus, false);
  await page.keyboard.press("Control+`");
  await page.locator(".dock").waitFor({ state: "detached" });
  assertEquals(violations, []);
  assertEquals(desk.errors, []);
});

test("search, copy, and links need their own keys and take no others", async () => {
  await using home = new ShellHome();
  const { desk, page, terminal } = await openShell(home);
  await using _desk = desk;
  await terminal.enter("for i in 1 2 3; do echo needle $i; done");
  await terminal.sees("needle 3");

  await page.keyboard.press("Control+Shift+F");
  const field = page.getByLabel("Find in the terminal");
  await field.fill("needle");
  await page.getByText("4 of 4").waitFor();
  await field.press("Enter");
  await page.getByText("3 of 4").waitFor();
  await field.press("Escape");
  assertEquals(await terminal.hasFocus, true);

  const line = terminal.pane.getByText("needle 2").last();
  const { x, y } = await line.boundingBox() ?? { x: 0, y: 0 };
  await page.mouse.dblclick(x + 4, y + 4);
  await page.keyboard.press("Control+Shift+C");
  await until(async () =>
    await page.evaluate(() => navigator.clipboard.readText()) === "needle"
  );
  // Ctrl+C alone is the program's.
  await page.keyboard.type("sleep 60");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+c");
  await terminal.sees("^C");
  await terminal.enter("echo https://example.org/x");
  await terminal.sees(/^https/m);
  const link = await terminal.pane.getByText("https://example.org/x").last()
    .boundingBox();
  await page.mouse.click((link?.x ?? 0) + 30, (link?.y ?? 0) + 4);
  assertEquals(page.context().pages().length, 1);
});

test("100 KB that are pasted arrive as they are", async () => {
  await using home = new ShellHome();
  const { desk, page, terminal } = await openShell(home);
  await using _desk = desk;
  const text = Array.from(
    { length: 2_000 },
    (_, i) => `${String(i).padStart(6, "0")} grüße ${"x".repeat(36)}`,
  ).join("\n");
  assert(new TextEncoder().encode(text).length > 100_000);
  // A line discipline takes 4095 bytes a line; raw, it takes them all.
  await terminal.enter(
    "stty -echo; echo no''w; cat > pasted; stty echo; echo do''ne",
  );
  // By then the shell has said that it wants no brackets around a paste.
  await terminal.sees(/^now$/m);
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press("Control+Shift+V");
  const arrived = () => readFileSync(join(home.path, "pasted"), "utf8");
  // The last line has no end yet, and stays with the tty.
  await until(() => arrived().endsWith(text.slice(0, -49)), {
    withinMs: 20_000,
    seen: () => arrived().slice(-200),
  });
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await terminal.sees(/^done$/m);
  assertEquals(readFileSync(join(home.path, "pasted"), "utf8"), `${text}\n`);
});

test("a program that ended shows how, and can be run again", async () => {
  await using home = new ShellHome();
  const { desk, page, terminal } = await openShell(home);
  await using _desk = desk;
  await terminal.enter("echo last words; exit 3");
  await terminal.pane.getByText("Exited with code 3").waitFor();
  await terminal.sees("last words");

  await terminal.pane.getByRole("button", { name: "Restart" }).click();
  await terminal.pane.getByText("Exited").waitFor({ state: "detached" });
  await terminal.enter("echo ba''ck; kill -KILL $$");
  await terminal.pane.getByText("Ended by SIGKILL").waitFor();
  await terminal.sees(/^back$/m);
  await terminal.pane.getByRole("button", { name: "Close" }).click();
  await page.getByText("No terminal is open.").waitFor();
});

test("a killed daemon: the terminal goes on, without a gap", async () => {
  await using home = new ShellHome();
  const { desk, terminal } = await openShell(home);
  await using _desk = desk;
  await terminal.enter(
    "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.01; done",
  );
  await terminal.sees("line 30");
  await desk.hypivisor.kill();
  // What was sent before the page has noticed is lost with the daemon.
  await terminal.pane.getByText("Reconnecting.").waitFor({ state: "attached" });
  await desk.page.keyboard.type("echo held\n");
  await desk.hypivisor.start();
  await terminal.sees("line 400", 20_000);
  await terminal.sees(/^held$/m);
  // All of it, in its order, from the one screen that never was reset.
  await desk.page.getByRole("button", { name: "Open in the whole window" })
    .click();
  await desk.page.getByRole("button", { name: "Select text" }).click();
  const all = await desk.page.locator(".terminal-text").innerText();
  // What was typed meanwhile is echoed between them, on their lines.
  const numbers = [...all.matchAll(/line (\d+)$/gm)].map(([, n]) => Number(n));
  assertEquals(numbers, Array.from({ length: 400 }, (_, i) => i + 1));
});

test("a killed runner: the page says what ended, and can run it again", async () => {
  await using home = new ShellHome();
  const { desk, terminal } = await openShell(home);
  await using _desk = desk;
  await terminal.enter("echo before");
  await terminal.sees(/^before$/m);
  const { runner } = await (await desk.hypivisor.fetch("/api/daemon")).json();
  process.kill(runner.pid, "SIGKILL");
  await terminal.pane.getByText("Ended by SIGHUP").waitFor();
  await terminal.sees(/^before$/m);

  await terminal.pane.getByRole("button", { name: "Restart" }).click();
  await terminal.pane.getByText("Ended by").waitFor({ state: "detached" });
  await terminal.sees(/^\$ ?$/);
  await terminal.enter("echo af''ter");
  await terminal.sees(/^after$/m);
});

test("two pages share a terminal, in the size of one of them", async () => {
  await using home = new ShellHome();
  const { desk, page, terminal } = await openShell(home);
  await using _desk = desk;
  const { terminals } = await (await desk.hypivisor.fetch("/api/terminals"))
    .json();
  const second = await desk.second({ viewport: { width: 900, height: 700 } });
  await second.goto(`${desk.hypivisor.origin}/t/${terminals[0].id}`);
  const other = new TerminalOnPage(second);
  await other.ready();

  await page.getByText("2 attached").waitFor();
  await other.pane.getByText(/, the size of Chromium on Linux/).waitFor();
  await terminal.enter("echo from the first");
  await other.sees("from the first");
  await other.pane.getByRole("button", { name: "Fit to me" }).click();
  await terminal.pane.getByRole("button", { name: "Fit to me" }).waitFor();
  await other.enter("clear; stty size");
  await other.sees(/^\d+ \d+$/m);
  assertEquals(
    Number(/^(\d+) /m.exec(await other.text())?.[1]),
    (await other.lines()).length,
  );
  await second.close();
  await page.getByText("2 attached").waitFor({ state: "detached" });
});

test("tabs are named, ring, and ask before they end what runs", async () => {
  await using home = new ShellHome();
  const { desk, page, terminal } = await openShell(home);
  await using _desk = desk;
  const tabs = page.getByRole("list", { name: "Open terminals" });
  await tabs.getByRole("button", { name: "bash · ", exact: false }).first()
    .dblclick();
  await page.getByLabel("Name of the terminal").fill("build");
  await page.keyboard.press("Enter");
  await tabs.getByRole("button", { name: "build", exact: true }).waitFor();

  await terminal.enter("sleep 1; printf '\\a'");
  await page.keyboard.press("Control+Shift+`");
  await until(async () => await tabs.getByRole("listitem").count() === 2);
  await tabs.getByRole("button", { name: "build, bell" }).click();
  await tabs.getByRole("button", { name: "build", exact: true }).waitFor();

  await tabs.getByRole("button", { name: "Close build" }).click();
  await tabs.getByRole("button", { name: "Keep" }).click();
  await tabs.getByRole("button", { name: "Close build" }).click();
  await tabs.getByRole("button", { name: "End" }).click();
  await until(async () => await tabs.getByRole("listitem").count() === 1);

  // The dock is as it was left.
  await page.reload();
  await terminal.ready();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("bash");
  await page.getByRole("option", { name: /bash/ }).first().click();
  assertMatch(new URL(page.url()).pathname, /^\/t\//);
});

test("without terminals nothing of them is shown", async () => {
  await using desk = await Desk.open({
    hypivisor: { args: ["--no-terminals"] },
  });
  const { page } = desk;
  await page.getByRole("heading", { name: "Add the extension" }).waitFor();
  assertEquals(
    await page.getByRole("button", { name: "New agent" }).count(),
    0,
  );
  await desk.join({ name: "alone" });
  await desk.visit();
  await page.keyboard.press("Control+`");
  await page.keyboard.press("Control+Alt+.");
  await page.getByRole("heading", { name: "alone" }).click({ trial: true });
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("terminal");
  await page.getByRole("option").getByText("Nothing found").waitFor();
  await page.keyboard.press("Escape");
  assertEquals(
    await page.locator(".dock, .view-switch, .rail-start").count(),
    0,
  );
});
