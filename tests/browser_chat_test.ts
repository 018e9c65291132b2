import { assert, assertEquals } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { answerPrompts, Desk, promptsOf } from "./harness/desk.ts";
import { said } from "./harness/fake_agent.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(40_000);

const WORKING = { kind: "working", since: 1, doing: "bash make" } as const;

test("a prompt shows how far it came, then its answer as it is written", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page } = desk;
  const agent = desk.agent();
  const taken = Promise.withResolvers<string>();
  agent.onCommand = (id) => {
    agent.event({ type: "receipt", receipt: { id, state: "accepted" } });
    taken.resolve(id);
  };
  await desk.visit();
  await desk.send("What is six times seven?");
  const pending = page.getByRole("article", { name: /Your message, Received/ });
  await pending.waitFor();
  assertEquals(await desk.composer.inputValue(), "");

  agent.add({
    kind: "message",
    key: "user:5",
    message: {
      role: "user",
      content: "What is six times seven?",
      timestamp: 5,
    },
    promptId: await taken.promise,
  });
  await pending.waitFor({ state: "detached" });
  assertEquals(await desk.transcript.getByText(/six times seven/).count(), 1);

  const flight = { key: "assistant:6", startedAt: 6, blocks: [] };
  agent.flight = flight;
  agent.event({ type: "flight", flight, tools: [] });
  agent.event({
    type: "block",
    at: 0,
    block: { kind: "text", text: "It is " },
  });
  await desk.sees(/^It is/);
  agent.event({ type: "delta", at: 0, text: "**42**." });
  await desk.transcript.locator("strong", { hasText: "42" }).waitFor();
  agent.add(said("It is **42**.", 6));
  await until(async () =>
    await desk.transcript.getAttribute("aria-busy") !== "true"
  );
  assertEquals(desk.errors, []);
});

test("a draft survives another agent, a reload and a restarted daemon", async () => {
  await using desk = await Desk.open({
    agents: [{ name: "a" }, { name: "b" }],
  });
  const { page, composer, hypivisor } = desk;
  await desk.visit();
  await composer.fill("half a thought");
  await desk.visit(1);
  assertEquals(await composer.inputValue(), "");
  await page.reload();
  await desk.row().getByText("Draft: half a thought").waitFor();
  await desk.row().click();
  await page.getByRole("heading", { level: 1, name: "a" }).waitFor();
  assertEquals(await composer.inputValue(), "half a thought");

  await hypivisor.kill();
  await composer.press("End");
  await composer.pressSequentially(", and more");
  await hypivisor.start();
  await until(() => desk.agent().isLinked && desk.agent().watched, {
    withinMs: 15_000,
  });
  assertEquals(await composer.inputValue(), "half a thought, and more");
});

test("what is written while offline is sent once, unless it is taken back", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, hypivisor } = desk;
  const agent = desk.agent();
  answerPrompts(agent);
  await desk.visit();
  await desk.sees("Nothing said yet");
  await hypivisor.kill();
  await desk.send("first");
  await desk.send("second");
  await desk.send("third");
  const unsent = (text: string) =>
    page.getByRole("article", { name: /Not sent yet/ }).filter({
      hasText: text,
    });
  await unsent("third").waitFor();
  await page.getByText("3 unsent").waitFor();
  await unsent("third").getByRole("button", { name: "Discard" }).click();
  await unsent("second").getByRole("button", { name: "Edit" }).click();
  assertEquals(await desk.composer.inputValue(), "second");
  await desk.composer.press("Alt+ArrowUp");
  await unsent("first").waitFor({ state: "detached" });
  assertEquals(await desk.composer.inputValue(), "first\n\nsecond");
  await desk.send("first");
  await desk.composer.fill("second");

  agent.isAway = true;
  await hypivisor.start();
  await page.getByText("since the hypivisor was restarted").waitFor();
  await unsent("first").waitFor();
  agent.isAway = false;
  await desk.sees("Answer to: first");
  await unsent("first").waitFor({ state: "detached" });
  await page.reload();
  await desk.sees("Answer to: first");
  assertEquals(promptsOf(agent).map(({ text }) => text), ["first"]);
  assertEquals(await desk.composer.inputValue(), "second");
});

test("keys steer, queue and stop an agent that works", async () => {
  await using desk = await Desk.open({ agents: [{ activity: WORKING }] });
  const { page } = desk;
  const agent = desk.agent();
  agent.onCommand = (id, command) => {
    if (command.kind !== "prompt") return;
    const { text, mode } = command;
    agent.event({ type: "receipt", receipt: { id, state: "queued" } });
    agent.tell({ queue: [...agent.facts.queue, { id, text, mode }] });
  };
  await desk.visit();
  await desk.send("not that file");
  await desk.send("then test it", "Alt+Enter");
  const queue = page.getByRole("list", { name: "Queued messages" });
  await queue.getByText("Steering queued: “not that file”").waitFor();
  await queue.getByText("Follow-up queued: “then test it”").waitFor();
  // Said once: not at the end of the conversation as well.
  await until(async () =>
    await desk.transcript.getByText("then test it").count() === 0
  );
  assertEquals(promptsOf(agent).map(({ mode }) => mode), ["steer", "followUp"]);

  await desk.composer.press("Escape");
  await page.getByText("Esc again stops the agent").waitFor();
  assertEquals(agent.commands.length, 2);
  await desk.composer.press("Escape");
  await until(() =>
    agent.commands.some(({ command }) => command.kind === "abort")
  );
});

test("commands and files are offered and taken by keyboard", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, composer } = desk;
  desk.agent().onRequest = (method) =>
    method === "commands"
      ? {
        commands: [
          { name: "review", description: "Read the diff", source: "prompt" },
          { name: "release", description: "Cut one", source: "skill" },
        ],
      }
      : {
        files: [
          { path: "src/main.ts", isDirectory: false },
          { path: "src", isDirectory: true },
        ],
        truncated: false,
      };
  await desk.visit();
  await composer.pressSequentially("/re");
  const options = page.getByRole("listbox", { name: "Suggestions" })
    .getByRole("option");
  await options.nth(1).waitFor();
  await composer.press("ArrowDown");
  const second = await options.nth(1).getAttribute("id");
  assertEquals(await composer.getAttribute("aria-activedescendant"), second);
  const label = await options.nth(1).locator("span").first().innerText();
  await composer.press("Enter");
  assertEquals(await composer.inputValue(), `${label} `);

  await composer.pressSequentially("look at @ma");
  await options.first().waitFor();
  await composer.press("Tab");
  await until(async () =>
    await composer.inputValue() === `${label} look at @src/main.ts `
  );
  await composer.pressSequentially("@x");
  await options.first().waitFor();
  await composer.press("Escape");
  await options.first().waitFor({ state: "detached" });
  assertEquals(desk.agent().commands, []);
});

test("files are pasted, dropped, removed, bounded, and sent", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, composer } = desk;
  await desk.visit();
  const give = (type: "paste" | "drop", name: string, bytes: number) =>
    composer.evaluate((field, { type, name, bytes }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name));
      const options = { bubbles: true, cancelable: true };
      field.dispatchEvent(
        type === "paste"
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data }),
      );
    }, { type, name, bytes });
  const tiles = page.getByRole("list", { name: "Attached files" })
    .getByRole("listitem");
  await give("paste", "pasted.txt", 3);
  await give("drop", "dropped.bin", 2_048);
  await tiles.nth(1).waitFor();
  await page.getByRole("button", { name: "Remove pasted.txt" }).click();
  await give("drop", "huge.bin", 11 * 1024 * 1024);
  await page.getByRole("alert").getByText(/10 MB in all/).waitFor();
  assertEquals(await tiles.count(), 1);

  await desk.send("look at this");
  const prompt = await until(() => promptsOf(desk.agent())[0]);
  assertEquals(prompt.attachments?.map(({ name }) => name), ["dropped.bin"]);
  assertEquals(await tiles.count(), 0);
});

test("model and thinking level are picked by keyboard", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, composer } = desk;
  const agent = desk.agent();
  agent.onRequest = () => ({
    models: [
      { provider: "fake", id: "fake-fast", name: "Fake Fast" },
      { provider: "fake", id: "fake-thinker", name: "Fake Thinker" },
    ],
  });
  agent.onCommand = (id, command) => {
    agent.event({ type: "receipt", receipt: { id, state: "done" } });
    if (command.kind === "thinking") agent.tell({ thinking: command.level });
  };
  await desk.visit();
  await composer.press("Alt+m");
  await page.getByLabel("Filter models").fill("think");
  await page.getByRole("button", { name: "Fake Thinker" }).waitFor();
  await page.keyboard.press("Enter");
  await composer.press("Alt+t");
  await page.locator("[role=menuitemradio][aria-checked=true]:focus").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Thinking level: minimal" }).waitFor();
  assertEquals(
    agent.commands.map(({ command }) => command),
    [
      { kind: "model", provider: "fake", model: "fake-thinker" },
      { kind: "thinking", level: "minimal" },
    ],
  );
});

test("a name given here is read by everybody", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page } = desk;
  const agent = desk.agent();
  agent.onCommand = (id, command) => {
    if (command.kind !== "rename") return;
    agent.tell({ session: { ...agent.facts.session, name: command.name } });
    agent.event({ type: "receipt", receipt: { id, state: "done" } });
  };
  const other = await desk.second();
  await desk.visit();
  await page.keyboard.press("Alt+r");
  const field = page.getByLabel("Name of the agent");
  await field.fill("never mind");
  await field.press("Escape");
  await page.getByRole("heading", { level: 1 }).getByRole("button").click();
  await field.fill("fix the mesh");
  await field.press("Enter");
  await page.getByRole("heading", { name: "fix the mesh" }).waitFor();
  await other.getByRole("button", { name: /fix the mesh/ }).first().waitFor();
  assertEquals(agent.commands.length, 1);
});

test("keys reach the composer, the find bar and the inspector's tabs", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, composer } = desk;
  await desk.visit();
  const isFocused = () =>
    composer.evaluate((field) => document.activeElement === field);
  for (const key of ["c", "/"]) {
    await composer.press("Escape");
    assert(!await isFocused());
    await page.keyboard.press(key);
    await until(isFocused);
    assertEquals(await composer.inputValue(), "");
  }
  await composer.press("Escape");
  await page.keyboard.press("]");
  await page.getByRole("tab", { name: "Tools", selected: true }).waitFor();
  await page.reload();
  await page.getByRole("tab", { name: "Tools", selected: true }).waitFor();
  await composer.press("Escape");
  await page.keyboard.press("[");
  await page.getByRole("tab", { name: "Overview", selected: true }).waitFor();

  const leftToBrowser = () =>
    page.evaluate(() => {
      const press = new KeyboardEvent("keydown", {
        key: "f",
        ctrlKey: true,
        bubbles: true,
        cancelable: true,
      });
      return document.activeElement!.dispatchEvent(press);
    });
  assert(!await leftToBrowser());
  await page.locator(".tx-find input").waitFor();
  await page.locator(".tx-find input").focus();
  assert(await leftToBrowser(), "A second time it is the browser's own");

  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+,");
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("facts that come after a restart are taken over", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, hypivisor } = desk;
  const agent = desk.agent();
  await desk.visit();
  agent.tell({ context: { tokens: 500, window: 1_000 } });
  const meter = page.getByRole("img", { name: "Context 50 percent of 1k" });
  await meter.first().waitFor();
  await hypivisor.kill();
  await hypivisor.start();
  await until(() => agent.isLinked && agent.watched, { withinMs: 15_000 });
  agent.tell({ context: { tokens: 900, window: 1_000 } });
  await page.getByRole("img", { name: "Context 90 percent of 1k" }).first()
    .waitFor();
});

test("a line shows what came while another agent was on screen", async () => {
  await using desk = await Desk.open({
    agents: [{ items: [said("read before", 1)] }, {}],
  });
  await desk.visit();
  await desk.sees("read before");
  await desk.visit(1);
  desk.agent().add(said("said meanwhile", 2));
  await desk.visit();
  await desk.sees("said meanwhile");
  const rows = desk.transcript.getByRole("article");
  assertEquals(
    await rows.evaluateAll((all) => all.map((row) => row.textContent)),
    ["read before", "New", "said meanwhile"],
  );
});
