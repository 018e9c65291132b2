/** What a service writes, or what it can do: the lower part of its screen. */

import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Boundary } from "../components/boundary.tsx";
import { Tabs } from "../components/tabs.tsx";
import type { ServiceLogModel } from "../models/service_log.ts";
import { hasTools, type ServiceToolsModel } from "../models/service_tools.ts";
import type { Page } from "../page.ts";
import { LogBar } from "./log_bar.tsx";
import { LogView } from "./log_view.tsx";
import { ServiceToolsView } from "./service_tools.tsx";

export type Shown = "log" | "tools";

export function other(shown: Shown): Shown {
  return shown === "log" ? "tools" : "log";
}

interface ServicePanelProps {
  page: Page;
  record: ServiceRecord;
  log: ServiceLogModel;
  tools: ServiceToolsModel;
  shown: Signal<Shown>;
  /** Of the words that lines of the log must have. */
  field: RefObject<HTMLInputElement | null>;
}

export function ServicePanel(
  { page, record, log, tools, shown, field }: ServicePanelProps,
) {
  const { name } = record;
  const mayTurn = hasTools(record);
  const isLog = !mayTurn || shown.value === "log";
  const list = tools.state.value;
  return (
    <section
      class="service-panel"
      aria-label={isLog ? `Log of ${name}` : `Tools of ${name}`}
    >
      <div class="log-bar">
        {mayTurn && (
          <Tabs
            label="Of the service"
            tabs={[
              { name: "log", label: "Log" },
              {
                name: "tools",
                label: "Tools",
                count: list.kind === "listed" ? list.tools.length : 0,
              },
            ]}
            open={shown.value}
            panel="service-panel"
            onOpen={(tab) => shown.value = tab}
          />
        )}
        {isLog && <LogBar page={page} log={log} field={field} />}
      </div>
      <div
        class="log-frame"
        id="service-panel"
        role={mayTurn ? "tabpanel" : undefined}
        aria-labelledby={mayTurn ? `tab-${shown.value}` : undefined}
      >
        <Boundary what={isLog ? "the log" : "the tools"}>
          {isLog
            ? <LogView page={page} log={log} name={name} />
            : (
              <div class="service-tools" tabIndex={0}>
                <ServiceToolsView record={record} tools={tools} />
              </div>
            )}
        </Boundary>
      </div>
    </section>
  );
}
