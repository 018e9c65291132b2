/**
 * Binds pi's events to the agent: one line each, every one guarded.
 *
 * pi waits for each handler, so none waits for anything, but the goodbye at
 * the end. Of two copies of this extension in one pi only the first to see a
 * session is bound; of an instance whose session was replaced nothing is heard.
 */

import type { ExtensionAPI } from "@earendil-works/pi-coding-agent";
import type { Agent } from "./agent.ts";
import { NATIVE_EVENTS } from "./listener.ts";
import { tellsCompactFailed, tellsSettled } from "./pi_host.ts";
import { isStale } from "./session.ts";
import { NEW_SESSION_COMMAND } from "./slash.ts";
import { textOf } from "./tool_runs.ts";

/** Whose instance acts; shared by all copies, as the agent is. */
export interface Owner {
  pi: ExtensionAPI | undefined;
}

export function bind(pi: ExtensionAPI, agent: Agent, owner: Owner): void {
  const { boundary, desk } = agent;
  /** The prompt that the user message in flight came from. */
  let promptId: string | undefined;

  /** Names that old versions do not know are never fired by them. */
  const on = pi.on as (
    name: string,
    // deno-lint-ignore no-explicit-any
    handler: (event: any, ctx: any) => unknown,
  ) => void;
  const hear = (
    name: string,
    // deno-lint-ignore no-explicit-any
    handler: (event: any, ctx: any) => unknown,
  ) => {
    const guarded = boundary(`pi.${name}`, handler);
    on.call(pi, name, (event, ctx) => {
      if (owner.pi !== pi) return;
      const result = guarded(event, ctx);
      // Nothing but a promise may reach pi: it reads meaning into the rest.
      return result instanceof Promise ? result : undefined;
    });
  };

  on.call(
    pi,
    "session_start",
    boundary("pi.session_start", (_event, ctx) => {
      if (owner.pi && owner.pi !== pi && !isStale(owner.pi)) return;
      owner.pi = pi;
      agent.begin({ pi, ctx });
    }),
  );
  hear("session_shutdown", ({ reason }) => {
    owner.pi = undefined;
    if (reason !== undefined && reason !== "quit") return agent.leave();
    return agent.quit();
  });
  hear("session_tree", () => agent.conversation.catchUp());
  hear("session_before_compact", () => {
    // Older ones do not say when it failed.
    if (tellsCompactFailed(agent.piVersion)) agent.compacting();
  });
  hear("session_compact", () => agent.compacted());
  hear("session_compact_failed", () => agent.compacted());
  hear("session_info_changed", () => agent.conversation.tellFacts());
  hear("model_select", () => agent.conversation.tellFacts());
  hear("thinking_level_select", () => agent.conversation.tellFacts());

  hear("input", ({ text, source, streamingBehavior }) => {
    const now = Date.now();
    const { prompts } = desk;
    const receipt = prompts.input(text, source, streamingBehavior, now);
    desk.taking(receipt);
    setTimeout(boundary("desk.taken", () => desk.taken()), 0).unref?.();
  });
  hear("agent_start", () => agent.conversation.work());
  hear("turn_start", () => agent.conversation.turnStart());
  hear("message_start", ({ message }) => {
    agent.conversation.messageStart(message);
    if (message.role !== "user") return;
    const receipt = desk.prompts.started(textOf(message));
    promptId = receipt?.id;
    desk.tellAll([receipt]);
  });
  hear("message_update", ({ assistantMessageEvent }) => {
    agent.conversation.messageUpdate(assistantMessageEvent);
  });
  hear("message_end", ({ message }) => {
    const id = message.role === "user" ? promptId : undefined;
    agent.conversation.messageEnd(message, id);
  });
  hear("tool_execution_start", ({ toolCallId, toolName, args }) => {
    agent.conversation.toolStart(toolCallId, toolName, args);
  });
  hear("tool_execution_update", ({ toolCallId, partialResult }) => {
    agent.conversation.toolUpdate(toolCallId, partialResult);
  });
  hear("tool_execution_end", ({ toolCallId, isError }) => {
    agent.conversation.toolEnd(toolCallId, isError);
  });
  hear("turn_end", () => {
    agent.conversation.catchUp();
    agent.conversation.tellFacts();
  });
  hear("agent_settled", () => agent.settled());
  hear("agent_end", () => {
    if (tellsSettled(agent.piVersion)) return;
    // Old pi says nothing when retries and queued messages are through: it is
    // at rest if it is idle once this handler has returned.
    setTimeout(
      boundary("agent_end.later", () => {
        if (agent.session?.ctx.isIdle()) agent.settled();
      }),
      0,
    ).unref?.();
  });
  hear("ui_prompt_start", ({ title, kind }) => {
    agent.conversation.ask(String(title || kind || "A question"));
  });
  hear("ui_prompt_end", () => agent.conversation.answered());

  if (agent.listens) {
    for (const name of NATIVE_EVENTS) hear(name, (event) => agent.relay(event));
  }

  pi.registerCommand(NEW_SESSION_COMMAND, {
    description: "Start a new session (used by Hyper-Pi)",
    handler: async (_args, ctx) => {
      const result = await ctx.newSession();
      desk.newSessionEnded(result?.cancelled === true);
    },
  });
}
