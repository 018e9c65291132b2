/**
 * What the agent is doing, as one union; derived from what pi reports.
 *
 * A question to a person stands above work, work above rest. Knows no clock.
 */

import type { Activity as Shape } from "../server/protocol/node.ts";
import type { ToolRun } from "../server/protocol/item.ts";

const DOING_MAX = 120;
const QUESTION_MAX = 500;

/** The argument that says best what a tool works on, in this order. */
const TELLING = ["command", "path", "file_path", "pattern", "query", "url"];

export class Activity {
  #rest: Shape;
  #working: Shape | undefined;
  #questions: Shape[] = [];
  /** Of the newest answer; becomes the state once the agent is at rest. */
  #failure: string | undefined;

  constructor(now: number) {
    this.#rest = { kind: "idle", since: now };
  }

  get shape(): Shape {
    return this.#questions.at(-1) ?? this.#working ?? this.#rest;
  }

  work(now: number): void {
    this.#working ??= { kind: "working", since: now };
  }

  /** Which tool runs; undefined while the model speaks. */
  use(tool: ToolRun | undefined): void {
    if (this.#working?.kind !== "working") return;
    const { since } = this.#working;
    this.#working = tool
      ? { kind: "working", since, doing: doingOf(tool) }
      : { kind: "working", since };
  }

  ask(question: string, now: number): void {
    this.#questions.push({
      kind: "waiting",
      since: now,
      question: question.slice(0, QUESTION_MAX),
    });
  }

  answered(): void {
    this.#questions.pop();
  }

  /** How the newest answer ended: with this error, or well. */
  ended(error: string | undefined): void {
    this.#failure = error?.split("\n")[0]?.slice(0, QUESTION_MAX);
  }

  /** Another session: nothing of the last one goes on. */
  reset(now: number): void {
    this.#questions = [];
    this.#working = undefined;
    this.#failure = undefined;
    this.#rest = { kind: "idle", since: now };
  }

  settle(now: number): void {
    if (!this.#working && this.#failure === undefined) return;
    this.#working = undefined;
    this.#rest = this.#failure === undefined
      ? { kind: "idle", since: now }
      : { kind: "error", since: now, message: this.#failure };
    this.#failure = undefined;
  }
}

function doingOf({ name, args }: ToolRun): string {
  const field = TELLING.find((key) => typeof args[key] === "string");
  const on = field ? String(args[field]).split("\n")[0] : "";
  return `${name} ${on}`.trim().slice(0, DOING_MAX);
}
