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
import { LinkLost, sayFailure } from "../rpc.ts";

export interface ServiceCommandsPort {
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
  ): Promise<ResultOf<M>>;
  say(sentence: string): void;
}

export type ServiceAct = "start" | "stop" | "restart";

/** The last reading of the files, until a person has seen enough of it. */
export type Reload =
  | { readonly kind: "none" }
  | { readonly kind: "reading" }
  | ReloadResult;

export type ServiceCommands = ReturnType<typeof serviceCommands>;

export function serviceCommands({ call, say }: ServiceCommandsPort) {
  const busy = signal<ReadonlyMap<ServiceName, ServiceAct>>(new Map());
  const reload = signal<Reload>({ kind: "none" });

  const refusals = async (
    act: ServiceAct,
    name: ServiceName,
  ): Promise<readonly ServiceRefusal[]> => {
    const params = { names: [name] };
    return (await call(METHODS[act], params)).refused;
  };
  return {
    /** What each is being asked to do. */
    busy,
    reload,
    /** False if it was refused, which is then said. */
    async act(act: ServiceAct, name: ServiceName): Promise<boolean> {
      if (busy.peek().has(name)) return false;
      busy.value = new Map(busy.peek()).set(name, act);
      try {
        const refused = await refusals(act, name);
        for (const { message } of refused) {
          say(`Could not ${act} ${name}: ${firstLine(message)}`);
        }
        return refused.length === 0;
      } catch (thrown) {
        // Getting ready may take longer than an answer may; its state tells.
        if (!(thrown instanceof LinkLost)) {
          say(`Could not ${act} ${name}: ${sayFailure(thrown)}`);
        }
        return false;
      } finally {
        const rest = new Map(busy.peek());
        rest.delete(name);
        busy.value = rest;
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

const METHODS = {
  start: "start_services",
  stop: "stop_services",
  restart: "restart_services",
} as const;

/** The rest of a refusal is the end of a log, which has a place of its own. */
function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
