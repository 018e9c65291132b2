/**
 * A person at the page: a real daemon, fake agents, and a real browser that is
 * signed in. One story, then all of it is gone.
 */

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Command } from "../../server/protocol/command.ts";
import { launchBrowser, listenForErrors } from "./browser.ts";
import { FakeAgent, said } from "./fake_agent.ts";
import { Hypivisor, type HypivisorOptions } from "./hypivisor.ts";
import { until } from "./until.ts";

type AgentOptions = Parameters<typeof FakeAgent.start>[1];

export interface DeskOptions {
  readonly agents?: readonly AgentOptions[];
  readonly context?: BrowserContextOptions;
  /** Address to open; the list of agents if absent. */
  readonly path?: string;
  readonly hypivisor?: HypivisorOptions;
}

export const DESKTOP = { width: 1440, height: 900 };

/** A phone of today, held upright. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

export class Desk implements AsyncDisposable {
  readonly hypivisor: Hypivisor;
  readonly browser: Browser;
  readonly page: Page;
  readonly agents: FakeAgent[] = [];
  /** What any page of this browser complained of. */
  readonly errors: string[];

  private constructor(hypivisor: Hypivisor, browser: Browser, page: Page) {
    this.hypivisor = hypivisor;
    this.browser = browser;
    this.page = page;
    this.errors = listenForErrors(page);
  }

  static async open(options: DeskOptions = {}): Promise<Desk> {
    const [hypivisor, browser] = await Promise.all([
      Hypivisor.start(options.hypivisor),
      launchBrowser(),
    ]);
    const context = await browser.newContext({
      viewport: DESKTOP,
      colorScheme: "dark",
      ...options.context,
    });
    const desk = new Desk(hypivisor, browser, await context.newPage());
    desk.page.setDefaultTimeout(10_000);
    for (const agent of options.agents ?? []) await desk.join(agent);
    await desk.signIn(options.path);
    return desk;
  }

  /** Starts an agent and waits until the daemon lists it. */
  async join(options: AgentOptions = {}): Promise<FakeAgent> {
    const url = () => this.hypivisor.socketUrl("/ws");
    const agent = await FakeAgent.start(url, options);
    this.agents.push(agent);
    return agent;
  }

  async signIn(path = "/"): Promise<void> {
    const url = new URL(this.hypivisor.signInUrl);
    await this.page.goto(`${this.hypivisor.origin}${path}${url.hash}`);
    await this.page.locator("#stage").waitFor();
  }

  /** Another browser of the same person, signed in. */
  async second(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext(options);
    const reply = await this.hypivisor.fetch("/api/session/code", {
      method: "POST",
    });
    const { code } = await reply.json();
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(`${this.hypivisor.origin}/#code=${code}`);
    await page.locator("#stage").waitFor();
    return page;
  }

  agent(at = 0): FakeAgent {
    const agent = this.agents[at];
    if (!agent) throw new Error(`No agent ${at}`);
    return agent;
  }

  get composer() {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  get transcript() {
    return this.page.getByRole("log", { name: "Transcript" });
  }

  get banner() {
    return this.page.locator(".banner");
  }

  row(at = 0) {
    return this.page.locator(`[data-agent="${this.agent(at).id}"]`).first();
  }

  /** Opens an agent from the list and waits for its conversation. */
  async visit(at = 0): Promise<void> {
    await this.row(at).click();
    await this.transcript.waitFor();
    await this.page.locator(`.stage`).waitFor();
    await until(() => this.agent(at).watched, { withinMs: 10_000 });
  }

  async send(text: string, key = "Enter"): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press(key);
  }

  async sees(words: string | RegExp): Promise<void> {
    await this.transcript.getByText(words).last().waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    for (const agent of this.agents) agent.stop();
    await this.hypivisor[Symbol.asyncDispose]();
  }
}

/** Prompts that reached an agent, oldest first. */
export function promptsOf(agent: FakeAgent): Extract<
  Command,
  { kind: "prompt" }
>[] {
  return agent.commands.flatMap(({ command }) =>
    command.kind === "prompt" ? [command] : []
  );
}

/** Has an agent take every prompt at once and answer it, as an idle pi does. */
export function answerPrompts(agent: FakeAgent): void {
  let now = Date.now();
  agent.onCommand = (id, command) => {
    if (command.kind !== "prompt") {
      return agent.event({ type: "receipt", receipt: { id, state: "done" } });
    }
    const timestamp = ++now;
    agent.add({
      kind: "message",
      key: `user:${timestamp}`,
      message: { role: "user", content: command.text, timestamp },
      promptId: id,
    });
    agent.event({ type: "receipt", receipt: { id, state: "done" } });
    agent.add(said(`Answer to: ${command.text}`, ++now));
  };
}
