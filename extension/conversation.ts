/**
 * The conversation as it happens: pi's events in, changes for the hub out.
 *
 * Joins the keepers (branch, flight, tools, activity, facts) and is where syncs
 * come from. Every method is called from a handler that pi waits for, so none
 * does more than append, and none waits.
 */

import type {
  AgentFacts,
  Change,
  QueuedPrompt,
  Sync,
} from "../server/protocol/event.ts";
import type { Item, ItemKey, Message } from "../server/protocol/item.ts";
import { Activity } from "./activity.ts";
import { Branch } from "./branch.ts";
import { collectFacts, FactsChange } from "./facts.ts";
import type { FeedSource } from "./feed.ts";
import { Flight, type StreamEvent } from "./flight.ts";
import { readable } from "./readable.ts";
import type { Session } from "./session.ts";
import { ToolRuns } from "./tool_runs.ts";

export interface ConversationOwner {
  piVersion(): string;
  gitBranch(): string | null;
  queue(): readonly QueuedPrompt[];
  push(change: Change): void;
  /** Live tool output waits to be asked for. */
  stir(): void;
  /** All that the hub knows of the conversation is wrong now. */
  resync(): void;
}

export class Conversation implements FeedSource {
  readonly #owner: ConversationOwner;
  readonly #tools = new ToolRuns();
  readonly #activity = new Activity(Date.now());
  #session: Session;
  #branch: Branch;
  #flight: Flight | undefined;
  #told: unknown;
  #facts: AgentFacts;
  #changes = new FactsChange();

  constructor(owner: ConversationOwner, session: Session) {
    this.#owner = owner;
    this.#session = session;
    this.#branch = new Branch(session.ctx.sessionManager);
    this.#facts = this.#collect();
  }

  get branch(): Branch {
    return this.#branch;
  }

  /** Of the session that is shown. */
  get sessionId(): string {
    return this.#facts.session.id;
  }

  /** pi has begun another session, or the same one anew. */
  begin(session: Session): void {
    this.#session = session;
    this.#branch = new Branch(session.ctx.sessionManager);
    this.#flight = undefined;
    this.#tools.clear();
    this.#activity.reset(Date.now());
    this.#facts = this.#collect();
    // Also of the same session: what pi stored since the last look came with
    // no event, and is among the old items of the new branch.
    this.#owner.resync();
    this.tellFacts();
    this.#tellActivity();
  }

  messageStart(raw: unknown): void {
    this.catchUp();
    const message = readable(raw as Message);
    if (message.role !== "assistant") return;
    const { provider, model, timestamp } = message;
    this.#flight = new Flight({
      key: this.#branch.keyFor(message),
      startedAt: timestamp,
      ...(provider ? { provider } : {}),
      ...(model ? { model } : {}),
    });
    this.#owner.push(this.flight());
  }

  messageUpdate(event: StreamEvent): void {
    for (const change of this.#flight?.apply(event) ?? []) {
      this.#owner.push(change);
    }
  }

  messageEnd(raw: unknown, promptId?: string): void {
    const message = raw as Message;
    // What an extension puts in is stored with another time than it is told
    // with; it is taken from the branch, where its key will not change.
    if (message.role === "custom") return;
    const item = this.#branch.end(message, promptId);
    if (message.role === "assistant") {
      const flight = this.#flight;
      this.#flight = undefined;
      if (flight && flight.key !== item?.key) this.#owner.push(this.flight());
      const { stopReason, errorMessage } = message;
      const failure = stopReason === "error"
        ? errorMessage || "The model's answer failed"
        : undefined;
      this.#activity.ended(failure);
    }
    if (item) this.#owner.push({ type: "item", item });
  }

  work(): void {
    this.#activity.work(Date.now());
    this.#tellActivity();
  }

  turnStart(): void {
    this.#tools.clear();
    this.work();
  }

  toolStart(id: string, name: string, args: unknown): void {
    this.#owner.push(this.#tools.start(id, name, args, Date.now()));
    this.#tellTool();
  }

  toolUpdate(id: string, partialResult: unknown): void {
    this.#tools.update(id, partialResult);
    this.#owner.stir();
  }

  toolEnd(id: string, isError: boolean): void {
    const change = this.#tools.end(id, isError, Date.now());
    if (change) this.#owner.push(change);
    this.#tellTool();
  }

  ask(question: string): void {
    this.#activity.ask(question, Date.now());
    this.#tellActivity();
  }

  answered(): void {
    this.#activity.answered();
    this.#tellActivity();
  }

  settle(): void {
    this.catchUp();
    this.#flight = undefined;
    this.#tools.clear();
    this.#activity.settle(Date.now());
    this.#tellActivity();
    this.tellFacts();
  }

  /** Tells what pi has stored without an event: `!command`, compactions. */
  catchUp(): void {
    const items = this.#branch.catchUp();
    if (items) return this.#pushAll(items);
    this.#branch.rebuild();
    this.#owner.resync();
  }

  tellFacts(): void {
    this.#facts = this.#collect();
    const facts = this.#changes.since(this.#facts);
    if (facts) this.#owner.push({ type: "facts", facts });
  }

  whole(bytes: number): Sync {
    const { items, more } = this.#branch.page(null, bytes);
    return this.#sync(null, items, more);
  }

  rest(key: ItemKey, bytes: number) {
    if (!this.#branch.has(key)) return undefined;
    const { items, more } = this.#branch.after(key, bytes);
    return { sync: this.#sync(key, items, true), isLast: !more };
  }

  flight(): Change {
    const flight = this.#flight?.toJSON() ?? null;
    return { type: "flight", flight, tools: this.#tools.list() };
  }

  lazy() {
    const changes = this.#tools.outputs(Date.now());
    return { changes, isMore: this.#tools.hasNews };
  }

  #sync(after: ItemKey | null, items: readonly Item[], more: boolean): Sync {
    this.#changes.since(this.#facts);
    this.#told = this.#activity.shape;
    return {
      type: "sync",
      after,
      items,
      more,
      total: this.#branch.messages,
      flight: this.#flight?.toJSON() ?? null,
      tools: this.#tools.list(),
      facts: this.#facts,
      activity: this.#activity.shape,
    };
  }

  #collect(): AgentFacts {
    return collectFacts(this.#session, this.#branch, {
      pi: this.#owner.piVersion(),
      gitBranch: this.#owner.gitBranch(),
      queue: this.#owner.queue(),
    });
  }

  #pushAll(items: readonly Item[]): void {
    for (const item of items) this.#owner.push({ type: "item", item });
  }

  #tellTool(): void {
    this.#activity.use(this.#tools.running().at(-1));
    this.#tellActivity();
  }

  #tellActivity(): void {
    const activity = this.#activity.shape;
    if (activity === this.#told) return;
    this.#told = activity;
    this.#owner.push({ type: "activity", activity });
  }
}
