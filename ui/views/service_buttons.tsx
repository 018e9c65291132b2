/**
 * Start or stop, and restart. Neither asks: both can be taken back.
 *
 * Each can be pressed while another is under way: what is asked last counts.
 */

import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import type { ServiceAct } from "../models/service_commands.ts";
import { switchOf } from "../models/services.ts";
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
  end: "Stop now",
  restart: "Restart",
};

const ICONS = {
  start: "play",
  stop: "square",
  end: "square",
  restart: "rotate-ccw",
} as const satisfies Record<ServiceAct, string>;

const KEYS: Record<ServiceAct, string> = {
  start: "S",
  stop: "S",
  end: "S",
  restart: "R",
};

export function ServiceButtons({ page, record, look }: ServiceButtonsProps) {
  const { busy, act } = page.serviceDo;
  const { name, state } = record;
  const doing = busy.value.get(name)?.act;
  const isLeaving = state.kind === "stopping";
  const can = switchOf(record, page.clock.now.value);
  const button = (kind: ServiceAct) => {
    const isOff = doing === kind || (isLeaving && kind !== can);
    const label = `${WORDS[kind]} ${name}`;
    return (
      <button
        key={kind === "restart" ? "restart" : "switch"}
        type="button"
        class={look === "icons" ? "icon-button" : "button"}
        aria-label={look === "icons" ? label : undefined}
        title={look === "icons" ? label : `${WORDS[kind]} (${KEYS[kind]})`}
        // Not `disabled`, which would take the focus away from under a key.
        aria-disabled={isOff}
        onClick={() => isOff || void act(kind, name)}
      >
        <Icon name={ICONS[kind]} size={14} />
        {look === "words" && WORDS[kind]}
      </button>
    );
  };
  // One button that stays in its place, so that a key finds it again.
  const toggle = doing === "stop" && can !== "end" ? "stop" : can ?? "stop";
  return (
    <div class="service-buttons" data-look={look}>
      {button(toggle)}
      {button("restart")}
    </div>
  );
}
