import { assert, assertEquals, assertMatch } from "@std/assert";
import { setDefaultTimeout, test } from "bun:test";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { Desk } from "./harness/desk.ts";
import { SERVERS } from "./harness/mcp_bridged.ts";
import { ServiceFiles, shell, STAYS } from "./harness/service_files.ts";
import { until } from "./harness/until.ts";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dir, "..");

/** Lines that come on and on, a few in every tenth of a second. */
const TICKS = "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done";

const row = ({ page }: Desk, name: string) =>
  page.locator(`[data-service="${name}"]`);

const open = (files: ServiceFiles, path = "/s") =>
  Desk.open({ hypivisor: { env: files.env }, path });

/** The page shows this service as being in this state. */
async function is(desk: Desk, state: string): Promise<void> {
  await desk.page.locator(`.service-bar .pill[data-state="${state}"]`)
    .waitFor();
}

test("a person finds a service that crashes, and asks an agent about it", async () => {
  using files = new ServiceFiles({
    mail: shell(
      "echo connecting; echo 'fatal: refused' >&2; exit 3",
      'restart { backoff-initial "10ms"; max-retries-per-minute 1 }',
    ),
  });
  await using desk = await open(files, "/");
  const { page } = desk;
  await desk.join({ name: "fixer", machine: hostname() });
  await page.getByRole("button", { name: "Services mail needs attention" })
    .click();
  assertEquals(new URL(page.url()).pathname, "/s");
  await row(desk, "mail").getByText("Exited with code 3").waitFor();
  await row(desk, "mail").click();
  await is(desk, "failed");
  const facts = page.getByRole("region", { name: "Facts" });
  assertMatch(await facts.innerText(), /Restarts\s+1\s/);
  const lines = page.locator(".log-box");
  await lines.locator('[data-level="error"]', { hasText: "fatal: refused" })
    .first().waitFor();
  // A mark for each start and each end, of which the last can be had alone.
  await lines.locator(".log-mark", { hasText: "Exited with code 3" }).nth(1)
    .waitFor();
  await page.getByRole("button", { name: "Since restart" }).click();
  await until(async () => await lines.locator(".log-mark").count() === 2);

  // The agent's inspector shows the same diamond, and is a way back.
  await desk.visit();
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  const failing = inspector.getByRole("button", {
    name: "Failed mail exit 3, restart 1",
  });
  await failing.locator('.status[data-state="error"]').waitFor();
  await failing.click();
  await is(desk, "failed");

  await page.keyboard.press("a");
  await page.getByRole("menuitem", { name: /fixer/ }).click();
  await desk.composer.waitFor();
  const asked = await desk.composer.inputValue();
  assertMatch(asked, /^The service `mail` is failed: Exited with code 3/);
  assertMatch(asked, /\nfatal: refused\n/);
  assertEquals(desk.errors, []);
});

test("it is stopped, started and restarted by keys, while its log grows", async () => {
  using files = new ServiceFiles({ ticker: shell(TICKS) });
  await using desk = await open(files);
  const { page } = desk;
  await row(desk, "ticker").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("tick");
  await page.getByRole("option", { name: /ticker/ }).waitFor();
  await page.keyboard.press("Enter");
  const lines = page.locator(".log-box");
  await lines.getByText(/tick 5\n/).first().waitFor();

  await page.keyboard.press("s");
  await is(desk, "stopped");
  await lines.locator(".log-mark", { hasText: /SIGTERM/ }).waitFor();
  await page.keyboard.press("s");
  await is(desk, "running");
  const pid = async () =>
    /PID\s+(\d+)/.exec(
      await page.getByRole("region", { name: "Facts" }).innerText(),
    )?.[1];
  const before = await until(pid);
  await page.keyboard.press("r");
  await until(async () => {
    const now = await pid();
    return now !== undefined && now !== before;
  });
  await page.getByRole("button", { name: "Stop" }).focus();
  await page.keyboard.press("Enter");
  await is(desk, "stopped");
  // The same button, where it was: the next press starts it again.
  await page.keyboard.press("Enter");
  await is(desk, "running");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await row(desk, "ticker").waitFor();
  assertEquals(desk.errors, []);
});

test("a reader who scrolls away is left alone, and told what is new", async () => {
  const many = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo row $i; done";
  using files = new ServiceFiles({ flood: shell(`${many}; ${TICKS}`) });
  await using desk = await open(files, "/s/flood");
  const { page } = desk;
  const lines = page.locator(".log-box");
  const gap = () =>
    lines.evaluate((box) =>
      box.scrollHeight - box.clientHeight - box.scrollTop
    );
  await lines.getByText(/tick 3\n/).first().waitFor();
  await until(async () => await gap() < 25, { seen: gap });

  await lines.hover();
  await page.mouse.wheel(0, -3_000);
  const pill = page.getByRole("button", { name: /^\d+ new$/ });
  await pill.waitFor();
  await until(async () => await gap() > 2_500, { seen: gap });
  const top = () => lines.evaluate((box) => box.scrollTop);
  const at = await top();
  const fresh = await pill.innerText();
  await until(async () => await pill.innerText() !== fresh);
  assert(Math.abs(await top() - at) < 2);
  await pill.click();
  await pill.waitFor({ state: "detached" });
  await until(async () => await gap() < 25, { seen: gap });

  await page.keyboard.press("f");
  await page.keyboard.type("row 299");
  await page.getByText(/^11 of /).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/^[\d,]+ lines$/).waitFor();
  // Blocks out of sight are not in the way of the others.
  assert(await lines.locator(".log-block").count() >= 15);
  assert(await lines.locator("span").count() < 200);
  assertEquals(desk.errors, []);
});

test("whoever comes back to the list finds the place", async () => {
  const names = Array.from({ length: 60 }, (_, i) => `service-${10 + i}`);
  using files = new ServiceFiles(
    Object.fromEntries(names.map((name) => [name, shell(STAYS)])),
  );
  await using desk = await open(files);
  const { page } = desk;
  await row(desk, "service-50").click();
  await is(desk, "running");
  await page.goBack();
  await row(desk, "service-50").waitFor();
  const at = await row(desk, "service-50").evaluate((element) => ({
    isFocused: document.activeElement === element,
    top: element.getBoundingClientRect().top,
  }));
  assert(at.isFocused);
  assert(at.top > 0 && at.top < 900, `at ${at.top}`);
  assertEquals(desk.errors, []);
});

test("a file's fault is shown with its line and column, and goes when it is mended", async () => {
  using files = new ServiceFiles({ web: `command "true"\nport "80a"\n` });
  await using desk = await open(files);
  const { page } = desk;
  await row(desk, "web").getByText("expected integer").waitFor();
  await row(desk, "web").click();
  await page.getByText(/services\/web\.kdl:2:6$/).waitFor();
  await page.getByRole("button", { name: "Reload files" }).click();
  await page.getByText("Nothing was changed").waitFor();

  files.write("web", shell(`echo mended; ${STAYS}`));
  files.write("more", shell(STAYS));
  await page.getByRole("button", { name: "Reload files" }).click();
  const note = page.getByRole("region", { name: "Reloaded files" });
  await note.getByText("more").waitFor();
  await page.getByText(/web\.kdl:2:6$/).first().waitFor({ state: "detached" });
  await is(desk, "running");
  await page.locator(".log-box").getByText("mended").waitFor();
  assertEquals(desk.errors, []);
});

test("a log is pushed, and what its service wrote outlives a good file", async () => {
  using files = new ServiceFiles({ ticker: shell(TICKS) });
  await using desk = await open(files, "/s/ticker");
  const { page, hypivisor } = desk;
  const asked: string[] = [];
  page.on(
    "websocket",
    (socket) =>
      socket.on("framesent", ({ payload }) => asked.push(String(payload))),
  );
  await page.reload();
  const lines = page.locator(".log-box");
  await lines.getByText(/tick 20\n/).first().waitFor();
  const reads = () => asked.filter((call) => call.includes("service_logs"));
  assertEquals(reads().length, 1);

  // Cut off, it goes on in its place.
  await hypivisor.kill();
  await hypivisor.start();
  const seen = async () =>
    Number((await lines.innerText()).match(/\d+/g)?.at(-1));
  const before = await seen();
  await until(async () => await seen() > before + 5, { withinMs: 15_000 });
  const ticks = [...(await lines.innerText()).matchAll(/^tick (\d+)$/gm)]
    .map(([, n]) => Number(n));
  assertEquals(ticks, ticks.map((_, i) => i + 1));

  files.write("ticker", "port 1\n");
  await page.goto("about:blank");
  const runner = /runner_(?:found|started) pid=(\d+)/g;
  const [, pid] = [...hypivisor.stderr.matchAll(runner)].at(-1) ?? [];
  process.kill(Number(pid), "SIGKILL");
  await until(() => /runner_lost[^]*services_loaded/.test(hypivisor.stderr), {
    withinMs: 15_000,
    seen: () => hypivisor.stderr,
  });
  await page.goto(`${hypivisor.origin}/s/ticker`);
  await is(desk, "invalid");
  await lines.getByText(/tick 20\n/).first().waitFor();
});

test("tools are listed when they are wanted, which starts one that sleeps", async () => {
  const command = SERVERS.everything().map((word) => JSON.stringify(word));
  using files = new ServiceFiles({
    lazy: `command ${command.join(" ")}\nworking-dir "${ROOT}"\n` +
      'transport "stdio"\nstart "lazy"\n',
    web: shell(STAYS, "port 0", 'ready { probe "none" }'),
  });
  await using desk = await open(files, "/s/lazy");
  const { page } = desk;
  await is(desk, "stopped");
  await page.getByRole("tab", { name: "Tools" }).click();
  await page.getByRole("button", { name: "Start it and list its tools" })
    .click();
  const tools = page.getByRole("region", { name: "Tools of lazy" });
  await tools.locator("code", { hasText: /^echo$/ }).waitFor();
  await is(desk, "running");
  // Back to the log by key, and the filter is at hand.
  await page.keyboard.press("l");
  await page.keyboard.press("f");
  await page.getByLabel("Filter the log").waitFor();

  await page.goto(`${desk.hypivisor.origin}/s/web`);
  await page.getByRole("tab", { name: "Tools" }).click();
  await page.getByText("Its tools could not be listed. Nothing listens there.")
    .waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("It is not running.").waitFor();
  assertEquals(desk.errors, []);
});

test("on a phone services are a screen of their own", async () => {
  using files = new ServiceFiles({ ticker: shell(TICKS) });
  await using desk = await Desk.open({
    hypivisor: { env: files.env },
    context: {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    },
  });
  const { page } = desk;
  await desk.join({ name: "fixer" });
  await page.getByRole("button", { name: "Services" }).tap();
  await row(desk, "ticker").tap();
  await page.locator(".log-box").getByText(/tick 2\n/).first().waitFor();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth);
  assertEquals(await overflow(), 390);
  await page.getByRole("button", { name: "Stop ticker" }).tap();
  await page.getByRole("button", { name: "Start ticker" }).waitFor();
  await page.getByRole("button", { name: "Back to all services" }).tap();
  await row(desk, "ticker").waitFor();
  assertEquals(desk.errors, []);
});
