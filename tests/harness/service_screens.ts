/**
 * Every screen that has to do with services, each with the way there. Walked
 * through in this order, at one desk.
 */

import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Desk } from "./desk.ts";
import { SERVERS } from "./mcp_bridged.ts";
import { populate, type Screen } from "./screens.ts";
import { ServiceFiles, shell, STAYS } from "./service_files.ts";

/** What servers write: levels, colours, the odd long line. */
const LINES = [
  "listening on http://127.0.0.1:4010",
  "GET /api/orders 200 12ms",
  "GET /api/orders?customer=8812&include=items,shipping,invoices&page=3&per_page=100&sort=-created 200 48ms",
  "\\033[32mok\\033[0m cache warmed, 128 entries",
  "DEBUG pool: 4 of 10 connections in use",
  "warning: slow query, 812 ms (orders_by_customer)",
  "GET /api/orders/77 500 31ms",
  "error: cannot read property 'total' of undefined",
  "    at orderTotal (/srv/shop-api/src/orders.ts:41:17)",
  "GET /health 200 1ms",
];

/** Turns everybody away who has no credential. */
const LOCKED = "Bun.serve({ port: {port}, hostname: '127.0.0.1', " +
  "fetch: () => new Response('', { status: 401 }) })";

const quoted = (...words: string[]) =>
  words.map((word) => JSON.stringify(word)).join(" ");

export function shopFiles(): ServiceFiles {
  const echo = LINES.map((line) => `echo "${line}"`).join("; ");
  return new ServiceFiles({
    "shop-api": shell(
      `echo "starting shop-api 2.4.1"; echo "no .env file, using defaults" >&2; ` +
        `${echo}; ${STAYS}`,
      "port 4010",
      'ready { probe "none" }',
    ),
    "mail-worker": shell(
      "echo connecting to redis://localhost:6379; " +
        "echo 'fatal: connection refused' >&2; exit 3",
      'restart { backoff-initial "10ms"; max-retries-per-minute 2 }',
    ),
    docs: shell(`echo serving ./docs; ${STAYS}`),
    search: shell(
      "echo index is locked >&2; exit 1",
      'restart { backoff-initial "5m"; backoff-max "5m" }',
    ),
    scratch: shell(STAYS, "autostart #false", "port 4012"),
    everything: `command ${quoted(...SERVERS.everything())}\n` +
      `working-dir ${quoted(resolve(import.meta.dir, "../.."))}\n` +
      'transport "stdio"\nready { probe "mcp" }\n',
    github: `command ${quoted(process.execPath, "-e", LOCKED)}\n` +
      'port 0\nready { timeout "20s" }\n',
    broken:
      'command "bun" "run" "dev"\nport "80a"\nrestart {\n  policy "mostly"\n}\n',
  });
}

const row = ({ page }: Desk, name: string) =>
  page.locator(`[data-service="${name}"]`);

const logOf = ({ page }: Desk) => page.locator(".log-box");

const back = ({ page }: Desk) =>
  page.getByRole("button", { name: "Back to all services" }).click();

const toolsOf = ({ page }: Desk) =>
  page.getByRole("tab", { name: "Tools" }).click();

export const SERVICE_SCREENS: readonly Screen[] = [
  {
    name: "services",
    async show(desk) {
      await populate(desk);
      await desk.page.keyboard.press("g");
      await desk.page.keyboard.press("s");
      await desk.page.locator(
        '[data-service="mail-worker"][data-state="failed"]',
      )
        .waitFor();
      await desk.page.locator(
        '[data-service="search"][data-state="restarting"]',
      )
        .waitFor();
    },
  },
  {
    name: "services-refused",
    async show({ page }) {
      await page.getByRole("button", { name: "Reload files" }).click();
      await page.getByText("Nothing was changed").waitFor();
    },
  },
  {
    name: "service",
    async show(desk) {
      await row(desk, "shop-api").click();
      await logOf(desk).getByText("GET /health 200 1ms").waitFor();
    },
  },
  {
    name: "service-filter",
    async show({ page }) {
      await page.keyboard.press("f");
      await page.keyboard.type("orders");
      await page.getByText(/^5 of /).waitFor();
    },
  },
  {
    name: "service-times",
    async show({ page }) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Times" }).click();
      await page.getByRole("button", { name: "Wrap" }).click();
      await page.locator(".log-box").getByText(/\d\d:\d\d:\d\d {2}GET/).first()
        .waitFor();
    },
  },
  {
    name: "service-ask",
    async show({ page }) {
      await page.getByRole("button", { name: "Times" }).click();
      await page.getByRole("button", { name: "Wrap" }).click();
      await page.keyboard.press("a");
      await page.getByRole("menu", { name: "Ask an agent" }).waitFor();
    },
  },
  {
    name: "service-tools",
    async show(desk) {
      await desk.page.keyboard.press("Escape");
      await back(desk);
      await row(desk, "everything").click();
      await toolsOf(desk);
      await desk.page.locator(".service-tools code").first().waitFor();
    },
  },
  {
    name: "service-locked",
    async show(desk) {
      await back(desk);
      await row(desk, "github").click();
      await toolsOf(desk);
      await desk.page.getByText(/wants a credential/).waitFor();
    },
  },
  {
    name: "service-not-running",
    async show(desk) {
      await back(desk);
      await row(desk, "scratch").click();
      await toolsOf(desk);
      await desk.page.getByText(/It is not running/).waitFor();
    },
  },
  {
    name: "service-failed",
    async show(desk) {
      await back(desk);
      await row(desk, "mail-worker").click();
      await logOf(desk).getByText("fatal: connection refused").first()
        .waitFor();
    },
  },
  {
    name: "service-restarting",
    async show(desk) {
      await back(desk);
      await row(desk, "search").click();
      await desk.page.getByText(/Try 1 in 4:/).waitFor();
    },
  },
  {
    name: "service-broken",
    async show(desk) {
      await back(desk);
      await row(desk, "broken").click();
      await desk.page.getByText(/broken\.kdl:2:/).waitFor();
    },
  },
  {
    name: "palette-services",
    async show({ page }) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("s");
      await page.getByRole("option", { name: /shop-api/ }).first().waitFor();
    },
  },
  {
    name: "inspector-services",
    async show(desk) {
      await desk.page.keyboard.press("Escape");
      const name = "mend-mail";
      await desk.join({ name, cwd: "/srv/shop-api", machine: hostname() });
      await desk.visit(desk.agents.length - 1);
      await desk.page.getByRole("heading", { name: "Services" }).waitFor();
    },
  },
  {
    name: "phone-services",
    async show(desk) {
      await desk.page.setViewportSize({ width: 390, height: 844 });
      await desk.page.getByRole("button", { name: "Back to all agents" })
        .click();
      await desk.page.getByRole("button", { name: "Services" }).click();
      await row(desk, "shop-api").waitFor();
    },
  },
  {
    name: "phone-service",
    async show(desk) {
      await row(desk, "shop-api").click();
      await logOf(desk).getByText("GET /health 200 1ms").waitFor();
    },
  },
  {
    name: "phone-service-tools",
    async show(desk) {
      await back(desk);
      await row(desk, "everything").click();
      await toolsOf(desk);
      await desk.page.locator(".service-tools code").first().waitFor();
    },
  },
];
