/**
 * The table of calls for services: each method and what it does.
 *
 * Knows a connection only as whom to tell. Handlers throw; who called them
 * makes replies of it.
 */

import type { ServiceMethods, ServicePush } from "../../protocol/service.ts";
import {
  findService,
  leave,
  restartServices,
  startServices,
  stopServices,
  touchService,
} from "./acts.ts";
import { EPOCH } from "./epoch.ts";
import { Service } from "./service.ts";
import type { Services } from "./services.ts";
import type { Subscriptions } from "./subscriptions.ts";

export interface ServiceContext {
  readonly services: Services;
  /** Pushes go there from now on. */
  readonly push: (push: ServicePush) => void;
  readonly subscriptions: Subscriptions;
}

type Handlers = {
  readonly [M in keyof ServiceMethods]: (
    params: ServiceMethods[M]["params"],
    context: ServiceContext,
  ) => ServiceMethods[M]["result"] | Promise<ServiceMethods[M]["result"]>;
};

export const SERVICE_HANDLERS: Handlers = {
  services_load: async ({ folder, env }, { services }) => ({
    services: await services.load(folder, env),
  }),
  services_list: (_, { services }) => ({ services: services.list() }),
  services_status({ name }, { services }) {
    const found = services.find(name);
    if (!found || found instanceof Service) {
      return findService(services, name).status();
    }
    return { ...found, transitions: [] };
  },
  services_start: (choice, { services }) => startServices(services, choice),
  services_stop: (choice, { services }) => stopServices(services, choice),
  services_restart: (choice, { services }) => restartServices(services, choice),
  services_reload: (_, { services }) => services.reload(),
  services_check: async ({ folder }, { services }) => ({
    faults: await services.check(folder),
  }),
  services_touch: ({ name }, { services }) => touchService(services, name),
  services_watch: (_, { services, push }) => ({
    services: services.watch(push),
  }),
  async services_log({ name, follow, ...query }, context) {
    const { services } = context;
    const found = services.find(name);
    const log = found && !(found instanceof Service)
      ? services.oldLog(found.name)
      : findService(services, name).log;
    const reader = await log.read({ name, ...query }, EPOCH);
    const subscription = context.subscriptions.open(reader, log, follow);
    return { subscription, epoch: EPOCH };
  },
  services_log_cancel({ subscription }, { subscriptions }) {
    subscriptions.cancel(subscription);
    return {};
  },
  leaving: async ({ now = false }, { services }) => ({
    stopped: await leave(services, now),
  }),
};
