/** What a person should know or do about a service, above its log. */

import type { UnixMs } from "../../server/protocol/node.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { stateReason } from "../models/service_words.ts";
import type { Page } from "../page.ts";
import { Faults } from "./service_faults.tsx";

interface ServiceNotesProps {
  page: Page;
  record: ServiceRecord;
  now: UnixMs;
}

export function ServiceNotes({ page, record, now }: ServiceNotesProps) {
  const { state, faults, warnings, log } = record;
  // Faults stand below, and that it waits for a use is among the facts.
  const isSaid = state.kind === "invalid" ||
    (state.kind === "stopped" && record.start === "lazy");
  const reason = isSaid ? undefined : stateReason(record, now);
  return (
    <>
      {reason && (
        <p
          class="service-note"
          data-kind={state.kind === "failed" ? "bad" : "late"}
        >
          <Icon
            name={state.kind === "failed" ? "triangle-alert" : "clock"}
            size={14}
          />
          <span>{reason}</span>
        </p>
      )}
      {faults.length > 0 && (
        <div class="service-note" data-kind="bad">
          <Icon name="triangle-alert" size={14} />
          <div class="grow">
            <p>
              {state.kind === "invalid"
                ? "Its file cannot be used:"
                : "Its file has faults now, so it goes on by what it said before:"}
            </p>
            <Faults faults={faults} />
          </div>
          <button
            type="button"
            class="button"
            onClick={() => void page.serviceDo.reloadFiles()}
          >
            <Icon name="refresh-cw" size={14} />
            Reload files
          </button>
        </div>
      )}
      {[...warnings, ...(log.error ? [sayLost(log)] : [])].map((warning) => (
        <p key={warning} class="service-note" data-kind="late">
          <Icon name="triangle-alert" size={14} />
          <span>{warning}</span>
        </p>
      ))}
    </>
  );
}

function sayLost({ error, lostLines }: ServiceRecord["log"]): string {
  return `Its log cannot be written: ${error}` +
    (lostLines > 0 ? `, ${lostLines} lines are not in the file` : "");
}
