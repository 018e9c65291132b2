/** The parts of the page that have to do with services, joined. */

import { effect, signal } from "@preact/signals";
import type { ClientPush } from "../server/protocol/rpc.ts";
import type { ServiceName } from "../server/protocol/service.ts";
import type { NodesModel } from "./models/nodes.ts";
import type { NoticesModel } from "./models/notices.ts";
import { serviceCommands } from "./models/service_commands.ts";
import { ServicesModel } from "./models/services.ts";
import type { Rpc } from "./rpc.ts";
import { browserStorage, readStored } from "./storage.ts";

export interface ServiceParts {
  readonly rpc: Rpc;
  readonly nodes: NodesModel;
  readonly notices: NoticesModel;
  onPush(listener: (push: ClientPush) => void): () => void;
}

/** How logs are shown, which a person chooses once for all of them. */
export interface LogAppearance {
  readonly wrap: boolean;
  readonly times: boolean;
}

const LOOK_KEY = "log-look";

export function openServiceParts(
  { rpc, nodes, notices, onPush }: ServiceParts,
) {
  const logLook = signal<LogAppearance>(
    readStored(browserStorage, LOOK_KEY, isLook) ??
      { wrap: true, times: false },
  );
  effect(() => browserStorage.set(LOOK_KEY, JSON.stringify(logLook.value)));
  return {
    services: new ServicesModel({ start: nodes.services, onPush }),
    serviceDo: serviceCommands({
      call: (method, params) => rpc.call(method, params),
      say: notices.say,
    }),
    logLook,
    /** The one that was opened last: where a person is in the list. */
    lastService: signal<ServiceName | undefined>(undefined),
  };
}

function isLook(value: unknown): value is LogAppearance {
  const look = value as LogAppearance | null;
  return typeof look?.wrap === "boolean" && typeof look.times === "boolean";
}
