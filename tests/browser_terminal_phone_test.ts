import { assert, assertEquals } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { Desk, PHONE } from "./harness/desk.ts";
import { ShellHome } from "./harness/shell_home.ts";
import { TerminalOnPage } from "./harness/terminal_screen.ts";
import { standInForPi } from "./harness/terminal_screens.ts";
import { overflowing, tooSmall } from "./harness/thumb.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(60_000);

for (const width of [390, 320]) {
  test(`a phone of ${width} px: a terminal, an agent, and back`, async () => {
    await using home = new ShellHome(["src/shop"]);
    await using desk = await Desk.open({
      hypivisor: { env: { ...home.env, PATH: standInForPi(home) } },
      context: {
        ...PHONE,
        viewport: { width, height: 720 },
        permissions: ["clipboard-read", "clipboard-write"],
      },
    });
    const { page } = desk;
    const found: string[] = [];
    const look = async (screen: string) => {
      const wrong = [...await overflowing(page), ...await tooSmall(page)];
      found.push(...wrong.map((one) => `${screen}: ${one}`));
    };
    await look("first run");
    await page.goto(`${desk.hypivisor.origin}/t`);
    await page.getByText("No terminal is open.").waitFor();
    await look("no terminals");
    await page.getByRole("button", { name: "New terminal" }).first().tap();
    const terminal = new TerminalOnPage(page);
    await terminal.ready();
    await look("terminal");

    // A line is typed in a field of ours, and sent whole.
    const line = page.getByLabel("Line for the terminal");
    assertEquals(await line.getAttribute("autocorrect"), "off");
    assertEquals(await line.getAttribute("autocapitalize"), "off");
    await line.fill("echo one; cat");
    await page.getByRole("button", { name: "Send" }).tap();
    await terminal.sees(/^one$/m);
    // The screen brings up no keyboard.
    assert(
      await terminal.pane.locator("textarea").evaluate((area) =>
        (area as HTMLTextAreaElement).readOnly
      ),
    );
    await page.getByRole("button", { name: "Tilde" }).tap();
    await page.getByRole("button", { name: "Pipe" }).tap();
    await terminal.sees("~|");
    await page.getByRole("button", { name: "Control" }).tap();
    await line.pressSequentially("c");
    assertEquals(await line.inputValue(), "");
    await terminal.sees("^C");
    await line.fill("");
    await page.getByRole("button", { name: "Up", exact: true }).tap();
    await terminal.sees(/\$ echo one; cat$/);
    await page.getByRole("button", { name: "Control" }).tap();
    await line.pressSequentially("u");
    await page.evaluate(() => navigator.clipboard.writeText("echo pasted"));
    await page.getByRole("button", { name: "Paste" }).tap();
    await page.getByRole("button", { name: "Send" }).tap();
    await terminal.sees(/^pasted$/m);

    // What was sent is offered again, and swiped back.
    await page.getByRole("button", { name: "Lines before" }).tap();
    await page.getByRole("menuitem", { name: "echo one; cat" }).tap();
    assertEquals(await line.inputValue(), "echo one; cat");
    await look("terminal with a line");
    await line.fill("");

    await page.getByRole("button", { name: "Select text" }).tap();
    await page.locator(".terminal-text").getByText("pasted").first().waitFor();
    await look("text");
    await page.getByRole("button", { name: "Close" }).tap();

    // Larger letters, less room: the program is told.
    await page.getByRole("button", { name: "More" }).tap();
    await look("menu");
    const shown = async () => (await terminal.lines()).length;
    const before = await shown();
    await page.getByRole("menuitem", { name: "Larger text" }).tap();
    await page.getByRole("menuitem", { name: "Larger text" }).tap();
    await until(async () => await shown() < before);
    await page.getByRole("menuitem", { name: "Type keys directly" }).tap();
    await line.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Escape" }).waitFor();

    await page.getByRole("button", { name: "Back", exact: true }).tap();
    await page.locator("[data-terminal]").waitFor();
    await look("terminals");
    await page.getByRole("button", { name: "Agents" }).tap();
    await page.getByRole("button", { name: "New agent" }).tap();
    await page.getByRole("option").first().waitFor();
    await look("form");
    await page.getByRole("combobox").fill("~/src/shop/");
    await page.getByRole("button", { name: "Start agent" }).tap();
    await terminal.sees("on its way");
    await look("starting");
    await page.getByRole("button", { name: "Show the conversation" }).tap();
    await page.getByRole("button", { name: "More" }).tap();
    await look("agent's menu");
    await page.getByRole("menuitem", { name: "Open its terminal" }).tap();
    await terminal.sees("on its way");
    await page.goBack();
    await page.getByRole("button", { name: "Back to all agents" }).tap();
    await look("list");
    assertEquals(found, []);
    assertEquals(desk.errors, []);
  });
}

test("two fingers change the size of the text, one scrolls", async () => {
  await using home = new ShellHome();
  await using desk = await Desk.open({
    hypivisor: { env: home.env },
    context: PHONE,
  });
  const { page } = desk;
  await page.goto(`${desk.hypivisor.origin}/t`);
  await page.getByRole("button", { name: "New terminal" }).first().tap();
  const terminal = new TerminalOnPage(page);
  await terminal.ready();
  const line = page.getByLabel("Line for the terminal");
  await line.fill("for i in $(seq 200); do echo row $i; done");
  await page.getByRole("button", { name: "Send" }).tap();
  await terminal.sees("row 200");

  const cdp = await page.context().newCDPSession(page);
  const touch = (type: string, points: readonly [number, number][]) =>
    cdp.send("Input.dispatchTouchEvent", {
      type: type as "touchStart",
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  await touch("touchStart", [[200, 300]]);
  for (let y = 310; y <= 500; y += 10) await touch("touchMove", [[200, y]]);
  await touch("touchEnd", []);
  await until(async () => !(await terminal.text()).includes("row 200"));

  const rows = (await terminal.lines()).length;
  await touch("touchStart", [[150, 300], [250, 300]]);
  for (let by = 5; by <= 60; by += 5) {
    await touch("touchMove", [[150 - by, 300], [250 + by, 300]]);
  }
  await touch("touchEnd", []);
  await until(async () => (await terminal.lines()).length < rows);
});
