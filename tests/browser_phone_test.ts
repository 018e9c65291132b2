import { assertEquals } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { asked, said } from "./harness/fake_agent.ts";
import { Desk, PHONE } from "./harness/desk.ts";
import { overflowing, tooSmall } from "./harness/thumb.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(40_000);

const WORKING = {
  kind: "working",
  since: Date.now(),
  doing: "bash a command of some length that has to be cut somewhere",
} as const;

const FACTS = {
  thinking: "medium",
  context: { tokens: 84_000, window: 200_000 },
  branch: "feature/a-branch-with-a-long-name-that-nobody-reads",
};

for (const width of [390, 320]) {
  test(`a phone of ${width} px: list, conversation, and back`, async () => {
    await using desk = await Desk.open({
      agents: [
        {
          name: "a name of a session that is far too long for any phone",
          activity: WORKING,
          facts: FACTS,
          items: [
            asked("a-word-without-any-place-to-break-".repeat(8), 1),
            said("```\n" + "x".repeat(200) + "\n```\n\n- one\n- two", 2),
          ],
        },
        { activity: { kind: "waiting", since: 1, question: "Go on?" } },
      ],
      context: { ...PHONE, viewport: { width, height: 720 } },
    });
    const { page, composer } = desk;
    await desk.row(1).waitFor();
    const problems = async (screen: string) => {
      const found = [...await overflowing(page), ...await tooSmall(page)];
      return found.map((problem) => `${screen}: ${problem}`);
    };
    assertEquals(await problems("list"), []);

    await desk.visit();
    await desk.sees("one");
    assertEquals(await problems("conversation"), []);
    const send = page.getByRole("button", { name: "Steer" });
    assertEquals(await send.isVisible(), true);
    // Enter is a new line for a thumb; the arrow sends.
    await composer.tap();
    await composer.press("Enter");
    await composer.pressSequentially("on two lines");
    await send.tap();
    await until(() => desk.agent().commands.length === 1);
    assertEquals(await page.locator(".hints").count(), 0);

    await page.getByRole("button", { name: "Inspector" }).tap();
    assertEquals(await problems("inspector"), []);
    await page.goBack();
    await page.getByRole("complementary").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Back to all agents" }).tap();
    await desk.row(1).waitFor();
    await page.getByRole("button", { name: "Search" }).tap();
    await page.getByRole("dialog").waitFor();
    assertEquals(await problems("palette"), []);
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Settings" }).tap();
    await page.getByRole("dialog").waitFor();
    assertEquals(await problems("settings"), []);
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assertEquals(new URL(page.url()).pathname, "/");
  });
}

test("a phone offers its camera beside its files", async () => {
  await using desk = await Desk.open({ agents: [{}], context: PHONE });
  const { page } = desk;
  await desk.visit();
  await page.getByRole("button", { name: "Attach files" }).tap();
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("menuitem", { name: "Take a picture" }).tap();
  await (await chosen).setFiles({
    name: "IMG_1.jpg",
    mimeType: "image/jpeg",
    buffer: Buffer.from("not really"),
  });
  await page.getByRole("button", { name: "Remove IMG_1.jpg" }).waitFor();
  assertEquals(await page.getByRole("menu").count(), 0);
});
