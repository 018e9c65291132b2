/**
 * The table of calls: each method and what it does to the runner.
 *
 * Knows the connection only as whom to tell. Handlers throw; `client.ts` makes
 * replies of it.
 */

import type {
  RunnerMethod,
  RunnerMethods,
  RunnerPush,
} from "../protocol/runner.ts";
import type { Runner } from "./runner.ts";
import {
  SERVICE_HANDLERS,
  type ServiceContext,
} from "./services/service_calls.ts";

export interface CallContext extends ServiceContext {
  readonly runner: Runner;
  /** Pushes go there from now on. */
  readonly push: (push: RunnerPush) => void;
  /** Ends every child, then the process. */
  readonly shutdown: () => Promise<void>;
}

/** `attach` is not here: it changes what the connection is. */
export type PlainMethod = Exclude<RunnerMethod, "attach">;

type Handlers = {
  readonly [M in PlainMethod]: (
    params: RunnerMethods[M]["params"],
    context: CallContext,
  ) => RunnerMethods[M]["result"] | Promise<RunnerMethods[M]["result"]>;
};

export const HANDLERS: Handlers = {
  ...SERVICE_HANDLERS,
  watch: (_, { runner, push }) => ({ terminals: runner.watch(push) }),
  open: (spec, { runner }) => runner.open(spec),
  async end({ terminal, ...how }, { runner }) {
    const found = runner.find(terminal);
    await found.end(how);
    return found.record();
  },
  async close({ terminal }, { runner }) {
    await runner.forget(terminal);
    return {};
  },
  restart: ({ terminal }, { runner }) => runner.restart(terminal),
  rename({ terminal, name }, { runner }) {
    const found = runner.find(terminal);
    found.rename(name);
    return found.record();
  },
  type({ terminal, text }, { runner }) {
    runner.find(terminal).type(text);
    return {};
  },
  tail: async ({ terminal, lines }, { runner }) => ({
    text: await runner.find(terminal).tail(lines),
  }),
  async shutdown(_, { shutdown }) {
    await shutdown();
    return {};
  },
};
