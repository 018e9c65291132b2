import { assertEquals, assertMatch } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { Desk } from "./harness/desk.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(30_000);

/** The rows' names, top to bottom. */
function names(desk: Desk): Promise<string[]> {
  return desk.page.locator(".rail .agent-row-name").allInnerTexts();
}

function waits(question: string, since: number) {
  return { activity: { kind: "waiting", question, since } } as const;
}

test("agents are grouped by machine and project, who waits comes first", async () => {
  await using desk = await Desk.open({
    agents: [
      { name: "beta", cwd: "/src/web", machine: "zen" },
      { name: "alpha", cwd: "/src/web", machine: "zen" },
      { name: "gamma", cwd: "/src/api", machine: "arm" },
      { name: "late", cwd: "/src/api", machine: "arm", ...waits("Go?", 2_000) },
      {
        name: "early",
        cwd: "/src/web",
        machine: "zen",
        ...waits("Ok?", 1_000),
      },
    ],
  });
  await until(async () => (await names(desk)).length === 5);
  assertEquals(await names(desk), ["early", "late", "gamma", "beta", "alpha"]);
  assertEquals(
    await desk.page.locator(".rail section").evaluateAll((sections) =>
      sections.map((section) =>
        section.getAttribute("aria-label") ??
          section.querySelector("h2")?.firstChild?.textContent
      )
    ),
    ["Needs you", "api on arm", "web on zen"],
  );

  const group = desk.page.getByRole("button", { name: /web/, expanded: true });
  await group.click();
  await until(async () => (await names(desk)).length === 3);
  await desk.page.reload();
  await desk.page.getByRole("button", { name: /web/, expanded: false })
    .waitFor();
});

test("each of the seven states has a word, a shape and a line", async () => {
  await using desk = await Desk.open({
    agents: [
      { cwd: "/a", activity: { kind: "idle", since: 1 } },
      { cwd: "/b", ...waits("Push it?", 1) },
      {
        cwd: "/c",
        activity: { kind: "working", since: Date.now(), doing: "bash make" },
      },
      { cwd: "/d", activity: { kind: "error", since: 1, message: "429" } },
      { cwd: "/e", activity: { kind: "working", since: 1 } },
      { cwd: "/f" },
      { cwd: "/g", mute: true },
    ],
  });
  desk.agent(4).act({ kind: "idle", since: Date.now() });
  desk.agent(5).quit();
  const expected: readonly (readonly [string, RegExp])[] = [
    ["Idle", /Ready/],
    ["Waiting for you", /Push it\?/],
    ["Working", /bash make/],
    ["Error", /429/],
    ["Done, unread", /./],
    ["Offline", /Last seen/],
    ["Starting", /Starting in \/g/],
  ];
  for (const [at, [word, line]] of expected.entries()) {
    const row = desk.row(at);
    await row.getByRole("img", { name: word }).waitFor();
    assertMatch(await row.locator(".agent-row-line").innerText(), line);
  }
  const shapes = await desk.page.locator(".rail .status").evaluateAll((marks) =>
    marks.map((mark) => {
      const { borderRadius, borderStyle, backgroundColor, backgroundImage } =
        getComputedStyle(mark, "::before");
      const { transform, animationName, width } = getComputedStyle(
        mark,
        "::before",
      );
      return [
        borderRadius,
        borderStyle,
        backgroundColor === "rgba(0, 0, 0, 0)",
        backgroundImage === "none",
        animationName,
        animationName === "none" && transform,
        width,
      ].join();
    })
  );
  assertEquals(new Set(shapes).size, 7);
});

test("title and icon of the tab say how many wait", async () => {
  await using desk = await Desk.open({ agents: [{ name: "fix" }, {}] });
  const { page } = desk;
  await desk.visit();
  await page.waitForFunction(() => document.title === "fix · hypivisor");
  const calm = await page.locator("link[rel=icon]").getAttribute("href");
  desk.agent(1).act({ kind: "waiting", since: 1, question: "Really?" });
  await page.waitForFunction(() => document.title === "(1) fix · hypivisor");
  const alarm = await page.locator("link[rel=icon]").getAttribute("href");
  assertEquals(calm === alarm, false);
  desk.agent(1).act({ kind: "idle", since: 2 });
  await page.waitForFunction(() => document.title === "fix · hypivisor");
});

test("the palette finds an agent by a few letters, without a mouse", async () => {
  await using desk = await Desk.open({
    agents: [{ name: "nightly-deps" }, { name: "fix-reconnect" }, {}],
  });
  const { page } = desk;
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("fxrec");
  await page.getByRole("option", { selected: true, name: /fix-reconnect/ })
    .waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "fix-reconnect" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("> light");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() =>
    document.documentElement.dataset.theme === "light"
  );
  assertEquals(await page.getByRole("dialog").count(), 0);
});

test("J, K and Ctrl+J walk through the agents", async () => {
  await using desk = await Desk.open({
    agents: [{ name: "one" }, { name: "two" }, {
      name: "three",
      ...waits("Well?", 1),
    }],
  });
  const { page } = desk;
  const isAt = (name: string) =>
    page.getByRole("heading", { level: 1, name }).waitFor();
  const walk = async (key: string, to: string) => {
    await page.evaluate(() => (document.activeElement as HTMLElement)?.blur());
    await page.keyboard.press(key);
    await isAt(to);
    await page.locator("textarea:focus").waitFor();
  };
  // Who waits is first; before that is known, another one is.
  for (const at of [0, 1, 2]) await desk.row(at).waitFor();
  await page.getByText("Well?").first().waitFor();
  await walk("j", "three");
  await walk("j", "one");
  await walk("j", "two");
  await walk("k", "one");
  await page.keyboard.press("Control+j");
  await isAt("three");
  await page.goBack();
  await isAt("one");
});

test("a filter by state leaves only those rows, and is taken off again", async () => {
  await using desk = await Desk.open({
    agents: [
      { name: "busy", activity: { kind: "working", since: 1 } },
      { name: "calm" },
      { name: "stuck", ...waits("Hm?", 1) },
    ],
  });
  const filter = desk.page.getByRole("group", { name: "Show only" });
  await filter.getByRole("button", { name: "1 Working" }).click();
  await until(async () => String(await names(desk)) === "busy");
  desk.agent(1).act({ kind: "working", since: 5 });
  await until(async () => String(await names(desk)) === "busy,calm");
  await filter.getByRole("button", { name: "2 Working" }).click();
  await until(async () => (await names(desk)).length === 3);
});

test("a finished agent is unread until somebody looks at it", async () => {
  await using desk = await Desk.open({
    agents: [{ name: "a" }, { name: "b" }],
  });
  desk.agent(1).act({ kind: "working", since: 1 });
  desk.agent(1).act({ kind: "idle", since: Date.now() });
  const other = await desk.second();
  const row = other.locator(`[data-agent="${desk.agent(1).id}"]`).first();
  await row.getByRole("img", { name: "Done, unread" }).waitFor();
  await desk.visit(1);
  await row.getByRole("img", { name: "Idle" }).waitFor();
});

test("two agents on one session are warned of, until one of them leaves", async () => {
  const shared = { session: { id: "s", file: "/home/ada/session.jsonl" } };
  await using desk = await Desk.open({
    agents: [{ facts: shared }, { facts: shared }],
  });
  await desk.visit();
  const warning = desk.page.getByText(/2 agents have this session open/);
  await warning.waitFor();
  const tone = await warning.evaluate((line) => getComputedStyle(line).color);
  const text = await desk.composer.evaluate((field) =>
    getComputedStyle(field).color
  );
  assertEquals(tone, text, "A quiet line, not an alarm");
  desk.agent(1).tell({ session: { id: "t", file: "/home/ada/other.jsonl" } });
  await warning.waitFor({ state: "detached" });
});
