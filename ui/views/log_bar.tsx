/** What stands above a log: which of its lines are shown, and how. */

import type { RefObject } from "preact";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { ServiceLogModel } from "../models/service_log.ts";
import type { LogAppearance } from "../page_services.ts";
import type { Page } from "../page.ts";

interface LogBarProps {
  page: Page;
  log: ServiceLogModel;
  field: RefObject<HTMLInputElement | null>;
}

export function LogBar({ page, log, field }: LogBarProps) {
  const { logLook } = page;
  const toggle = (key: keyof LogAppearance) => {
    logLook.value = { ...logLook.peek(), [key]: !logLook.peek()[key] };
  };
  const { wrap, times } = logLook.value;
  const failed = log.status.value.kind === "failed" &&
    log.lineCount.value > 0;
  return (
    <>
      <label class="log-filter">
        <Icon name="search" size={14} />
        <input
          ref={field}
          type="text"
          aria-label="Filter the log"
          placeholder="Filter"
          autocomplete="off"
          spellcheck={false}
          value={log.filter.value}
          onInput={({ currentTarget }) =>
            log.filter.value = currentTarget.value}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            // From here keys scroll, and act.
            if (log.filter.peek() === "") {
              document.querySelector<HTMLElement>(".log-box")?.focus();
            }
            log.filter.value = "";
          }}
        />
        {log.filter.value !== "" && (
          <IconButton
            icon="x"
            label="Clear the filter"
            size={14}
            onClick={() => {
              log.filter.value = "";
              field.current?.focus();
            }}
          />
        )}
      </label>
      <span class="log-count">{sayCount(log)}</span>
      <span class="grow" />
      {failed && <span class="log-late">Not up to date</span>}
      <Toggle
        label="Since restart"
        on={log.sinceStart.value}
        onPress={() => log.sinceStart.value = !log.sinceStart.peek()}
      />
      <Toggle label="Times" on={times} onPress={() => toggle("times")} />
      <Toggle label="Wrap" on={wrap} onPress={() => toggle("wrap")} />
    </>
  );
}

interface ToggleProps {
  label: string;
  on: boolean;
  onPress: () => void;
}

function Toggle({ label, on, onPress }: ToggleProps) {
  return (
    <button
      type="button"
      class="log-toggle"
      aria-pressed={on}
      onClick={onPress}
    >
      {label}
    </button>
  );
}

function sayCount(log: ServiceLogModel): string {
  if (log.status.value.kind === "loading") return "";
  const all = log.lineCount.value;
  const matches = log.matchCount.value;
  const lines = (n: number) =>
    `${n.toLocaleString("en")} ${n === 1 ? "line" : "lines"}`;
  return matches === undefined
    ? lines(all)
    : `${matches.toLocaleString("en")} of ${lines(all)}`;
}
