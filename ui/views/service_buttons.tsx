/** Start or stop, and restart. Neither asks: both can be taken back. */

import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import type { ServiceAct } from "../models/service_commands.ts";
import { isUp } from "../models/services.ts";
import type { Page } from "../page.ts";

interface ServiceButtonsProps {
  page: Page;
  record: ServiceRecord;
  /** With words where there is room for them. */
  look: "icons" | "words";
}

const WORDS: Record<ServiceAct, string> = {
  start: "Start",
  stop: "Stop",
  restart: "Restart",
};

const ICONS = {
  start: "play",
  stop: "square",
  restart: "rotate-ccw",
} as const satisfies Record<ServiceAct, string>;

const KEYS: Record<ServiceAct, string> = {
  start: "S",
  stop: "S",
  restart: "R",
};

export function ServiceButtons({ page, record, look }: ServiceButtonsProps) {
  const { busy, act } = page.serviceDo;
  const { name, state } = record;
  const doing = busy.value.get(name);
  const isLeaving = state.kind === "stopping";
  const button = (kind: ServiceAct) => (
    <button
      key={kind === "restart" ? "restart" : "switch"}
      type="button"
      class={look === "icons" ? "icon-button" : "button"}
      aria-label={look === "icons" ? `${WORDS[kind]} ${name}` : undefined}
      title={look === "icons"
        ? `${WORDS[kind]} ${name}`
        : `${WORDS[kind]} (${KEYS[kind]})`}
      // Not `disabled`, which would take the focus away from under a key.
      aria-disabled={doing !== undefined || isLeaving}
      onClick={() => void act(kind, name)}
    >
      <Icon name={ICONS[kind]} size={14} />
      {look === "words" && WORDS[kind]}
    </button>
  );
  // One button that stays in its place, so that a key finds it again.
  const toggle: ServiceAct = doing === "stop" || isUp(record)
    ? "stop"
    : "start";
  return (
    <div class="service-buttons" data-look={look}>
      {button(toggle)}
      {button("restart")}
    </div>
  );
}
