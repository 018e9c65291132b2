/** One service: how it is, what can be done with it, and what it writes. */

import {
  type Signal,
  untracked,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type {
  ServiceName,
  ServiceRecord,
} from "../../server/protocol/service.ts";
import { IconButton } from "../components/icon_button.tsx";
import { ServiceGlyph } from "../components/service_glyph.tsx";
import { logPort } from "../models/log_port.ts";
import { ServiceLogModel } from "../models/service_log.ts";
import { serviceTools } from "../models/service_tools.ts";
import { serviceWord } from "../models/service_words.ts";
import type { Page } from "../page.ts";
import { LinkBanner } from "./link_banner.tsx";
import { ReloadNote } from "./reload_note.tsx";
import { ServiceAsk } from "./service_ask.tsx";
import { ServiceButtons } from "./service_buttons.tsx";
import { ServiceFacts } from "./service_facts.tsx";
import { ServiceNotes } from "./service_notes.tsx";
import { other, ServicePanel, type Shown } from "./service_panel.tsx";

interface ServiceViewProps {
  page: Page;
  name: ServiceName;
}

export function ServiceView({ page, name }: ServiceViewProps) {
  const record = page.services.byName.value.get(name);
  const log = useMemo(
    () =>
      new ServiceLogModel(
        logPort({
          call: (method, params) => page.rpc.call(method, params),
          onPush: page.onPush,
          soon(run) {
            const frame = requestAnimationFrame(run);
            return () => cancelAnimationFrame(frame);
          },
        }, name),
      ),
    [page, name],
  );
  const wasInvalid = useRef(false);
  // Followed while somebody looks. What fails is tried again every second.
  useSignalEffect(() => {
    const { kind } = page.registry.state.value;
    const isLinked = kind === "open" || kind === "stale";
    if (!isLinked || !page.viewport.awake.value) return untracked(log.rest);
    void page.clock.now.value;
    const now = page.services.byName.value.get(name);
    if (!now) {
      untracked(log.rest);
      return untracked(log.forget);
    }
    const isInvalid = now.state.kind === "invalid";
    // The log of one whose file is no good is at its end until it is mended.
    if (isInvalid !== wasInvalid.current) untracked(log.rest);
    wasInvalid.current = isInvalid;
    untracked(log.keepUp);
  });
  useEffect(() => log.rest, [log]);
  useEffect(() => {
    page.lastService.value = name;
  }, [page, name]);
  const tools = useMemo(
    () => serviceTools(() => page.rpc.call("service_tools", { name })),
    [page, name],
  );
  const startedAt = record?.startedAt;
  useEffect(() => tools.forget, [tools, startedAt]);
  const field = useRef<HTMLInputElement>(null);
  const shown = useSignal<Shown>("log");
  const isAsking = useSignal(false);
  // Before it is painted: who sees a key's name may press it.
  useLayoutEffect(() => {
    const { hands, logLook } = page;
    const service = {
      filter() {
        // At once, or the first letters typed into it are shortcuts.
        if (field.current) return field.current.focus();
        shown.value = "log";
        requestAnimationFrame(() => field.current?.focus());
      },
      toggleWrap() {
        logLook.value = { ...logLook.peek(), wrap: !logLook.peek().wrap };
      },
      turn: () => void (shown.value = other(shown.peek())),
      askAgent: () => void (isAsking.value = true),
    };
    hands.value = { ...hands.peek(), service };
    return () => {
      hands.value = { ...hands.peek(), service: undefined };
    };
  }, [page]);

  if (!record) return <UnknownService page={page} name={name} />;
  return (
    <main class="stage" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <ServiceHeader
        page={page}
        record={record}
        log={log}
        isAsking={isAsking}
      />
      <ServiceFacts record={record} now={page.clock.now.value} />
      <ReloadNote page={page} except={record.file} />
      <ServiceNotes page={page} record={record} now={page.clock.now.value} />
      <ServicePanel
        page={page}
        record={record}
        log={log}
        tools={tools}
        shown={shown}
        field={field}
      />
    </main>
  );
}

interface ServiceHeaderProps {
  page: Page;
  record: ServiceRecord;
  log: ServiceLogModel;
  isAsking: Signal<boolean>;
}

function ServiceHeader({ page, record, log, isAsking }: ServiceHeaderProps) {
  const isPhone = page.viewport.layout.value === "phone";
  const { name, state, health } = record;
  const word = serviceWord(state.kind);
  return (
    <header class="bar service-bar">
      <IconButton
        icon="chevron-left"
        label="Back to all services"
        size={isPhone ? 20 : 16}
        onClick={() => page.navigation.up()}
      />
      <ServiceGlyph
        kind={state.kind}
        word={word}
        isUnwell={health.kind === "unhealthy"}
      />
      <div class="bar-names">
        <h1 class="bar-name cut">{name}</h1>
        {isPhone && <p class="bar-where">{word}</p>}
      </div>
      {!isPhone && (
        <span class="pill" role="status" data-state={state.kind}>{word}</span>
      )}
      <span class="grow" />
      <ServiceAsk page={page} record={record} log={log} isOpen={isAsking} />
      {state.kind !== "invalid" && (
        <ServiceButtons
          page={page}
          record={record}
          look={isPhone ? "icons" : "words"}
        />
      )}
    </header>
  );
}

function UnknownService({ page, name }: ServiceViewProps) {
  const isKnown = page.nodes.known.value;
  return (
    <main class="stage" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <div class="overview" data-kind={isKnown ? "empty" : "loading"}>
        <h1>{isKnown ? `There is no service “${name}”` : "Loading…"}</h1>
        {isKnown && (
          <>
            <p class="overview-facts">
              Its file may have been removed. Reloading the files finds new
              ones.
            </p>
            <button
              type="button"
              class="button"
              onClick={() => page.navigation.go({ kind: "services" })}
            >
              All services
            </button>
          </>
        )}
      </div>
    </main>
  );
}
