/**
 * What a person has the server do with services.
 *
 * Nothing here changes what is shown of them: the records tell. While a call is
 * open its services are busy, so that a second press does not ask again. A
 * refusal is said in the words of whoever refused.
 */

import { signal } from "@preact/signals";
import type {
  MethodName,
  ParamsOf,
  ResultOf,
} from "../../server/protocol/rpc.ts";
import type {
  ReloadResult,
  ServiceName,
  ServiceRefusal,
} from "../../server/protocol/service.ts";
import { AnswerLate, sayFailure } from "../rpc.ts";

export interface ServiceCommandsPort {
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
  ): Promise<ResultOf<M>>;
  say(sentence: string): void;
}

/** `end` is a stop that leaves no grace. */
export type ServiceAct = "start" | "stop" | "end" | "restart";

/** One call that is open: another of the same kind is another. */
interface Doing {
  readonly act: ServiceAct;
}

/** The last reading of the files, until a person has seen enough of it. */
export type Reload =
  | { readonly kind: "none" }
  | { readonly kind: "reading" }
  | ReloadResult;

export type ServiceCommands = ReturnType<typeof serviceCommands>;

export function serviceCommands({ call, say }: ServiceCommandsPort) {
  const busy = signal<ReadonlyMap<ServiceName, Doing>>(new Map());
  const reload = signal<Reload>({ kind: "none" });

  const ask = async (
    act: ServiceAct,
    name: ServiceName,
  ): Promise<readonly ServiceRefusal[]> => {
    const now = act === "end" ? { now: true } : {};
    const params = { names: [name], ...now };
    return (await call(`${wordOf(act)}_services`, params)).refused;
  };
  return {
    /** What each is being asked to do. */
    busy,
    reload,
    /**
     * False if it was refused, which is then said. What was asked before and
     * is not done yet is given up for it.
     */
    async act(act: ServiceAct, name: ServiceName): Promise<boolean> {
      if (busy.peek().get(name)?.act === act) return false;
      const doing: Doing = { act };
      busy.value = new Map(busy.peek()).set(name, doing);
      const isWanted = () => busy.peek().get(name) === doing;
      try {
        const refused = await ask(act, name);
        if (!isWanted()) return refused.length === 0;
        for (const { message } of refused) {
          say(`Could not ${wordOf(act)} ${name}: ${firstLine(message)}`);
        }
        return refused.length === 0;
      } catch (thrown) {
        // Getting ready may take longer than an answer may; its state tells.
        if (isWanted() && !(thrown instanceof AnswerLate)) {
          say(`Could not ${wordOf(act)} ${name}: ${sayFailure(thrown)}`);
        }
        return false;
      } finally {
        if (isWanted()) {
          const rest = new Map(busy.peek());
          rest.delete(name);
          busy.value = rest;
        }
      }
    },
    async reloadFiles(): Promise<void> {
      if (reload.peek().kind === "reading") return;
      reload.value = { kind: "reading" };
      try {
        reload.value = await call("reload_services", {});
      } catch (thrown) {
        reload.value = { kind: "none" };
        say(`Could not read the files: ${sayFailure(thrown)}`);
      }
    },
    closeReload(): void {
      reload.value = { kind: "none" };
    },
  };
}

function wordOf(act: ServiceAct): Exclude<ServiceAct, "end"> {
  return act === "end" ? "stop" : act;
}

/** The rest of a refusal is the end of a log, which has a place of its own. */
function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
