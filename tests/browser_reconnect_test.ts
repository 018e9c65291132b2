import { assert, assertEquals } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { answerPrompts, Desk } from "./harness/desk.ts";
import { said } from "./harness/fake_agent.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(60_000);

test("a killed daemon: the page says so, goes on, and catches up", async () => {
  await using desk = await Desk.open({
    agents: [{ items: [said("before the crash", 1)] }],
  });
  const { banner, hypivisor, composer } = desk;
  const agent = desk.agent();
  answerPrompts(agent);
  await desk.visit();
  await desk.sees("before the crash");

  const killedAt = Date.now();
  await hypivisor.kill();
  await banner.waitFor();
  const waited = Date.now() - killedAt;
  assert(waited > 900, `A blip stays silent, but it showed after ${waited} ms`);
  await banner.getByText(/Reconnecting.*had at \d+:\d\d:\d\d/).waitFor();
  await banner.getByText(/Retry in \d+ s/).waitFor();
  await desk.send("asked while away");
  await composer.pressSequentially("still typing");

  await banner.getByRole("button", { name: "Retry now" }).click();
  agent.add(said("said while away", 2));
  await hypivisor.start();
  await until(() => agent.isLinked, { withinMs: 15_000 });
  // Two of the agent, and not the prompt that was sent from here.
  await banner.getByText("Caught up, 2 new").waitFor();
  await desk.transcript.getByRole("article", { name: "New since you left" })
    .waitFor();
  await desk.sees("said while away");
  await desk.sees("Answer to: asked while away");
  await banner.waitFor({ state: "detached" });
  assertEquals(await composer.inputValue(), "still typing");
});

test("a daemon that says nothing is called silent, until it speaks", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { banner, hypivisor } = desk;
  await desk.visit();
  hypivisor.signal("SIGSTOP");
  await banner.getByText(/No news\. Last update \d+:\d\d ago/).waitFor({
    timeout: 30_000,
  });
  hypivisor.signal("SIGCONT");
  await banner.waitFor({ state: "detached", timeout: 15_000 });
});

test("a browser without network says that it is offline, and comes back", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, banner, hypivisor } = desk;
  await desk.visit();
  await page.context().setOffline(true);
  await hypivisor.kill();
  await banner.getByText(/You are offline/).waitFor();
  await hypivisor.start();
  await page.context().setOffline(false);
  await banner.waitFor({ state: "detached" });
});

test("an agent that left can be read and removed", async () => {
  await using desk = await Desk.open({
    agents: [{ name: "gone", items: [said("its last words", 1)] }, {}],
  });
  const { page } = desk;
  await desk.visit();
  await desk.sees("its last words");
  desk.agent().quit();
  const note = page.getByRole("region", { name: "The agent is offline" });
  await note.getByText(/Offline since .*/).waitFor();
  await note.getByText(/It was closed/).waitFor();
  await desk.composer.waitFor({ state: "detached" });
  await page.reload();
  await desk.sees("its last words");
  await note.getByRole("button", { name: "Remove from the list…" }).click();
  await note.getByRole("button", { name: "Remove", exact: true }).click();
  await desk.row().waitFor({ state: "detached" });
});

test("a session that ends elsewhere keeps what was typed", async () => {
  await using desk = await Desk.open({ agents: [{}] });
  const { page, composer, hypivisor } = desk;
  await desk.visit();
  await composer.fill("not to be lost");
  await page.evaluate(() => fetch("/api/session", { method: "DELETE" }));
  await hypivisor.kill();
  await hypivisor.start();
  await page.getByRole("heading", { name: "Signed out" }).waitFor();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByLabel("Token").fill(hypivisor.token);
  await page.keyboard.press("Enter");
  await composer.waitFor();
  assertEquals(await composer.inputValue(), "not to be lost");
});
