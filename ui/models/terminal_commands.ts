/**
 * What a person has the server do with terminals and spawned agents.
 *
 * Nothing here changes what is shown, except that a terminal that was opened
 * is known at once: the records tell of the rest. A refusal is said in the
 * words of whoever refused.
 */

import type { NodeId } from "../../server/protocol/node.ts";
import type {
  MethodName,
  ParamsOf,
  ResultOf,
  Spawning,
} from "../../server/protocol/rpc.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { sayFailure } from "../rpc.ts";

export interface TerminalCommandsPort {
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
  ): Promise<ResultOf<M>>;
  put(record: TerminalRecord): void;
  say(sentence: string): void;
}

export type TerminalCommands = ReturnType<typeof terminalCommands>;

export function terminalCommands({ call, put, say }: TerminalCommandsPort) {
  /** Undefined if it was refused, which is then said. */
  const attempt = async <T>(
    what: string,
    outcome: Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await outcome;
    } catch (thrown) {
      say(`Could not ${what}: ${sayFailure(thrown)}`);
      return undefined;
    }
  };
  const known = (record: TerminalRecord | undefined) => {
    if (record) put(record);
    return record;
  };
  return {
    async open(folder?: string): Promise<TerminalRecord | undefined> {
      const params = folder ? { folder } : {};
      return known(
        await attempt("open a terminal", call("open_terminal", params)),
      );
    },
    async close(terminal: TerminalId): Promise<void> {
      await attempt("close it", call("close_terminal", { terminal }));
    },
    async restart(terminal: TerminalId): Promise<void> {
      known(await attempt("restart", call("restart_terminal", { terminal })));
    },
    async rename(terminal: TerminalId, name: string): Promise<void> {
      const renamed = call("rename_terminal", { terminal, name });
      known(await attempt("rename it", renamed));
    },
    resume(node: NodeId): Promise<Spawning | undefined> {
      return attempt("resume the session", call("resume_agent", { node }));
    },
    async stop(node: NodeId, force: boolean): Promise<void> {
      await attempt("stop the agent", call("stop_agent", { node, force }));
    },
  };
}
