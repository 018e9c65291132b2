/**
 * The tools of one service, asked for when somebody wants to see them.
 *
 * Asking one that only runs when it is used starts it, so it is never asked
 * unasked; `whyNot` says when there is nobody to ask.
 */

import { signal } from "@preact/signals";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import type { ServiceTools } from "../../server/protocol/service_tools.ts";

export type ToolsState =
  | { readonly kind: "none" }
  | { readonly kind: "asking" }
  | ({ readonly kind: "listed" } & ServiceTools)
  | { readonly kind: "refused"; readonly why: string };

export type ServiceToolsModel = ReturnType<typeof serviceTools>;

export function serviceTools(ask: () => Promise<ServiceTools>) {
  const state = signal<ToolsState>({ kind: "none" });
  return {
    state,
    async load(): Promise<void> {
      if (state.peek().kind === "asking") return;
      state.value = { kind: "asking" };
      try {
        state.value = { kind: "listed", ...await ask() };
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : "No answer";
        state.value = { kind: "refused", why: sayRefusal(why) };
      }
    },
    /** It is another process now; if asking has started it, that is asked. */
    forget(): void {
      if (state.peek().kind !== "asking") state.value = { kind: "none" };
    },
  };
}

export function hasTools({ transport }: ServiceRecord): boolean {
  return transport !== "none";
}

/** Whether asking for its tools is what starts it. */
export function sleeps({ start, desired, state }: ServiceRecord): boolean {
  return start === "lazy" && desired === "up" && state.kind === "stopped";
}

/** Why its tools cannot be asked for now. */
export function whyNot(record: ServiceRecord): string | undefined {
  const { state, ready } = record;
  if (sleeps(record)) return undefined;
  if (state.kind !== "running") {
    return "It is not running. Its tools are listed while it runs.";
  }
  if (ready.kind === "waiting") return "It is not ready yet.";
  return undefined;
}

/** What is wrong; that it is about the tools is said beside it. */
function sayRefusal(message: string): string {
  const why = message.replace(/^Cannot list the tools: /, "");
  return why.charAt(0).toUpperCase() + why.slice(1);
}
