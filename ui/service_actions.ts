/** What a person can do to services, for `actions.ts`. */

import type { ServiceRecord } from "../server/protocol/service.ts";
import type { Action } from "./actions.ts";
import { switchOf } from "./models/services.ts";
import type { Page } from "./page.ts";

export function serviceActions(page: Page): Action[] {
  const { nodes, navigation, services, serviceDo, hands } = page;
  const isOff = () => !nodes.hasServices.peek();
  const shown = (): ServiceRecord | undefined => {
    const route = navigation.route.peek();
    return route.kind === "service"
      ? services.byName.peek().get(route.name)
      : undefined;
  };
  const ofShown = (action: Omit<Action, "group" | "isOff">): Action => ({
    ...action,
    group: "Service",
    isOff: () => isOff() || shown() === undefined,
  });
  return [
    {
      id: "services",
      label: "All services",
      group: "Go",
      icon: "server",
      keys: "g s",
      isOff,
      run: () => navigation.go({ kind: "services" }),
    },
    ofShown({
      id: "service-switch",
      label: "Start or stop the service",
      icon: "play",
      keys: "s",
      run() {
        const record = shown();
        const act = record && switchOf(record, Date.now());
        if (act) void serviceDo.act(act, record.name);
      },
    }),
    ofShown({
      id: "service-restart",
      label: "Restart the service",
      icon: "rotate-ccw",
      keys: "r",
      run() {
        const record = shown();
        if (record) void serviceDo.act("restart", record.name);
      },
    }),
    ofShown({
      id: "service-filter",
      label: "Filter the log",
      icon: "search",
      keys: "f",
      run: () => hands.peek().service?.filter(),
    }),
    ofShown({
      id: "service-wrap",
      label: "Wrap long lines of the log",
      icon: "corner-down-left",
      keys: "w",
      run: () => hands.peek().service?.toggleWrap(),
    }),
    ofShown({
      id: "service-tools",
      label: "Show the log or the tools of the service",
      icon: "list",
      keys: "l",
      run: () => hands.peek().service?.turn(),
    }),
    ofShown({
      id: "service-ask",
      label: "Ask an agent about the service",
      icon: "message-square",
      keys: "a",
      run: () => hands.peek().service?.askAgent(),
    }),
    {
      id: "service-reload",
      label: "Reload the files of services",
      group: "Service",
      icon: "refresh-cw",
      isOff,
      run() {
        navigation.go({ kind: "services" });
        void serviceDo.reloadFiles();
      },
    },
  ];
}
