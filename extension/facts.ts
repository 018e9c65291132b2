/**
 * Everything the agent says about itself that is not transcript.
 *
 * `collect` asks pi; `FactsChange` remembers what was said last, so that only
 * what changed is said again.
 */

import type { AgentFacts, QueuedPrompt } from "../server/protocol/event.ts";
import type { ModelFacts } from "../server/protocol/node.ts";
import type { Branch } from "./branch.ts";
import type { Session } from "./session.ts";

/** Longer names and descriptions are refused by the hub. */
const NAME_MAX = 300;
const DESCRIPTION_MAX = 4_000;
const TOOLS_MAX = 1_000;

export interface KnownFacts {
  readonly pi: string;
  readonly gitBranch: string | null;
  readonly queue: readonly QueuedPrompt[];
}

export function collectFacts(
  { pi, ctx }: Session,
  branch: Branch,
  known: KnownFacts,
): AgentFacts {
  const usage = contextUsage(ctx);
  const file = ctx.sessionManager.getSessionFile();
  const name = pi.getSessionName()?.slice(0, NAME_MAX);
  return {
    pi: known.pi,
    // pi tells its mode since 0.78.1.
    mode: ctx.mode ?? (ctx.hasUI ? "tui" : "print"),
    session: {
      id: ctx.sessionManager.getSessionId(),
      ...(file ? { file } : {}),
      ...(name ? { name } : {}),
    },
    model: ctx.model ? modelFacts(ctx.model) : null,
    thinking: pi.getThinkingLevel(),
    branch: known.gitBranch,
    context: usage
      ? { tokens: usage.tokens ?? null, window: usage.contextWindow || 0 }
      : null,
    usage: branch.usage,
    queue: known.queue,
    tools: toolsOf({ pi, ctx }),
  };
}

/**
 * pi adds up every message for it, and throws at one of an odd shape (seen in
 * 1.5.2: a custom message whose content is an object).
 */
function contextUsage(ctx: Session["ctx"]) {
  try {
    return ctx.getContextUsage();
  } catch {
    return undefined; // Unknown, as before the first answer.
  }
}

/** pi's model also holds its endpoint and headers: those stay here. */
export function modelFacts(
  { provider, id, name }: { provider: string; id: string; name?: string },
): ModelFacts {
  const short = (text: string) => text.slice(0, NAME_MAX);
  return { provider: short(provider), id: short(id), name: short(name || id) };
}

function toolsOf({ pi }: Session): AgentFacts["tools"] {
  const active = new Set(pi.getActiveTools());
  return pi.getAllTools().slice(0, TOOLS_MAX).map(({ name, description }) => ({
    name: name.slice(0, NAME_MAX),
    description: String(description ?? "").slice(0, DESCRIPTION_MAX),
    active: active.has(name),
  }));
}

/** Tells which facts differ from those that were told last. */
export class FactsChange {
  readonly #told = new Map<string, string>();

  /** Undefined if nothing has changed. */
  since(facts: AgentFacts): Partial<AgentFacts> | undefined {
    const changed: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(facts)) {
      const text = JSON.stringify(value);
      if (this.#told.get(name) === text) continue;
      this.#told.set(name, text);
      changed[name] = value;
    }
    return Object.keys(changed).length > 0 ? changed : undefined;
  }
}
