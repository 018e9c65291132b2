/** The tools of a service, or why they cannot be told. */

import { useEffect } from "preact/hooks";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { ToolList } from "../components/tool_list.tsx";
import {
  type ServiceToolsModel,
  sleeps,
  whyNot,
} from "../models/service_tools.ts";

interface ServiceToolsProps {
  record: ServiceRecord;
  tools: ServiceToolsModel;
}

export function ServiceToolsView({ record, tools }: ServiceToolsProps) {
  const state = tools.state.value;
  const why = whyNot(record);
  const isAsleep = sleeps(record);
  const canAsk = why === undefined && !isAsleep;
  useEffect(() => {
    if (canAsk && tools.state.peek().kind === "none") void tools.load();
  }, [canAsk, state.kind]);

  const ask = (words: string) => (
    <button
      type="button"
      class="button"
      onClick={() => void tools.load()}
    >
      <Icon name="refresh-cw" size={14} />
      {words}
    </button>
  );
  if (state.kind === "listed") {
    if (state.tools.length === 0) {
      return <p class="nothing">It has no tools.</p>;
    }
    return (
      <>
        <ToolList tools={state.tools} />
        {state.isCut && <p class="nothing">There are more than are listed.</p>}
      </>
    );
  }
  if (state.kind === "asking") {
    return <p class="nothing late" role="status">Asking for its tools…</p>;
  }
  if (isAsleep) {
    return (
      <div class="nothing">
        <p>It runs when it is used, and asking for its tools is a use.</p>
        {ask("Start it and list its tools")}
      </div>
    );
  }
  if (why !== undefined) return <p class="nothing">{why}</p>;
  if (state.kind === "none") return null;
  return (
    <div class="nothing" role="alert">
      <p>Its tools could not be listed. {state.why}.</p>
      {ask("Try again")}
    </div>
  );
}
