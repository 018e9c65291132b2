/**
 * What a person has an agent do, apart from prompts.
 *
 * Nothing here changes what is shown: the agent does it and says so. Only a
 * refusal is told, in the words of whoever refused.
 */

import type { Receipt } from "../../server/protocol/event.ts";
import type { ModelFacts } from "../../server/protocol/node.ts";
import type {
  MethodName,
  ParamsOf,
  ResultOf,
} from "../../server/protocol/rpc.ts";
import { sayFailure } from "../rpc.ts";

export interface AgentCommands {
  stop(): void;
  rename(name: string): void;
  setModel(model: ModelFacts): void;
  setThinking(level: string): void;
  seen(): void;
  models(): Promise<readonly ModelFacts[]>;
}

export interface Caller {
  call<M extends MethodName>(
    method: M,
    params: Omit<ParamsOf<M>, "node">,
  ): Promise<ResultOf<M>>;
}

export function agentCommands(
  rpc: Caller,
  say: (sentence: string) => void,
): AgentCommands {
  const tell = (what: string, outcome: Promise<Receipt>) => {
    outcome.then(({ state, reason }) => {
      if (state === "refused") say(`Could not ${what}: ${reason ?? "refused"}`);
    }).catch((thrown) => say(`Could not ${what}: ${sayFailure(thrown)}`));
  };
  return {
    stop: () => tell("stop the agent", rpc.call("abort", {})),
    rename: (name) => tell("rename the agent", rpc.call("rename", { name })),
    setModel: ({ provider, id }) =>
      tell(
        "change the model",
        rpc.call("set_model", { provider, model: id }),
      ),
    setThinking: (level) =>
      tell("change the thinking level", rpc.call("set_thinking", { level })),
    seen: () =>
      void rpc.call("seen", {}).catch(() => {
        // It stays unread; the next look says it again.
      }),
    models: () => rpc.call("models", {}).then(({ models }) => models),
  };
}

/** pi's levels, least first. */
export const THINKING_LEVELS = [
  "off",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
] as const;
