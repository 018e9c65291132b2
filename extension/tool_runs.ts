/**
 * The tools of the current turn, and what they have printed so far.
 *
 * pi sends each update as a full replacement, some ten times a second. What
 * goes up is the difference: how much of the last text still stands, and what
 * follows.
 */

import type { Change } from "../server/protocol/event.ts";
import type { ToolRun } from "../server/protocol/item.ts";
import { shortCallId } from "./call_id.ts";
import { sizeOf } from "./item_bounds.ts";
import { NAME_MAX, shortened } from "./readable.ts";

/** Characters shown of a running tool's output, from its end. */
const OUTPUT_MAX = 64 * 1024;
/** Arguments over this are left out of the live view; the item has them. */
const ARGS_MAX_BYTES = 256 * 1024;
/** A turn with more tools than this shows the newest. */
const RUNS_MAX = 200;
/** A rewritten screenful costs time in proportion: 64 characters a millisecond. */
const CHARACTERS_PER_MS = 64;
const OUTPUT_EVERY_MS = 100;

interface Run {
  shape: ToolRun;
  /** pi's newest partial result, unread. */
  latest: unknown;
  nextAt: number;
}

export class ToolRuns {
  readonly #runs = new Map<string, Run>();

  clear(): void {
    this.#runs.clear();
  }

  list(): ToolRun[] {
    return [...this.#runs.values()].map((run) => run.shape);
  }

  start(id: string, name: string, args: unknown, now: number): Change {
    const shape: ToolRun = {
      id: shortCallId(id),
      name: shortened(name, NAME_MAX),
      args: argsOf(args),
      state: "running",
      startedAt: now,
      output: "",
    };
    this.#runs.set(id, { shape, latest: undefined, nextAt: now });
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= RUNS_MAX) break;
      this.#runs.delete(oldest);
    }
    return { type: "tool", tool: shape };
  }

  update(id: string, partialResult: unknown): void {
    const run = this.#runs.get(id);
    if (run) run.latest = partialResult;
  }

  end(id: string, isError: boolean, now: number): Change | undefined {
    const run = this.#runs.get(id);
    if (!run) return undefined;
    const { startedAt } = run.shape;
    run.shape = {
      ...run.shape,
      state: isError ? "failed" : "done",
      durationMs: now - startedAt,
    };
    run.latest = undefined;
    // Output is left empty: what was shown stays, and the item has it all.
    return { type: "tool", tool: { ...run.shape, output: "" } };
  }

  /** The running tools' names and what they work on, newest last. */
  running(): ToolRun[] {
    return this.list().filter((tool) => tool.state === "running");
  }

  /** What has been printed since the last time, where it is time to say so. */
  outputs(now: number): Change[] {
    const changes: Change[] = [];
    for (const run of this.#runs.values()) {
      if (run.latest === undefined || now < run.nextAt) continue;
      const before = run.shape.output;
      const output = textOf(run.latest).slice(-OUTPUT_MAX);
      run.latest = undefined;
      if (output === before) continue;
      const keep = commonPrefix(before, output);
      const text = output.slice(keep);
      run.shape = { ...run.shape, output };
      run.nextAt = now +
        Math.max(OUTPUT_EVERY_MS, text.length / CHARACTERS_PER_MS);
      changes.push({ type: "output", id: run.shape.id, keep, text });
    }
    return changes;
  }

  /** Whether `outputs` will have something to say later. */
  get hasNews(): boolean {
    for (const run of this.#runs.values()) {
      if (run.latest !== undefined) return true;
    }
    return false;
  }
}

function argsOf(args: unknown): ToolRun["args"] {
  const isRecord = typeof args === "object" && args !== null &&
    !Array.isArray(args);
  if (!isRecord || sizeOf(args) > ARGS_MAX_BYTES) return {};
  return args as ToolRun["args"];
}

/** The text parts of a tool's result, live or final. */
export function textOf(result: unknown): string {
  const content = (result as { content?: unknown } | null)?.content;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => typeof part?.text === "string" ? part.text : "")
    .join("");
}

export function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  if (b.startsWith(a)) return a.length;
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
