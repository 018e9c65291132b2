/** Puts what is known of a service into the composer of an agent. */

import type { Signal } from "@preact/signals";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { Menu } from "../components/menu.tsx";
import { StatusGlyph } from "../components/status_glyph.tsx";
import type { ServiceLogModel } from "../models/service_log.ts";
import { addQuestion, questionOf } from "../models/service_question.ts";
import type { Page } from "../page.ts";
import { lastPart, nameOf } from "../words.ts";

interface ServiceAskProps {
  page: Page;
  record: ServiceRecord;
  log: ServiceLogModel;
  /** Whether the agents to choose from are shown. */
  isOpen: Signal<boolean>;
}

/** Newest first; the palette finds the rest, and its composer takes a paste. */
const MAX_OFFERED = 12;

export function ServiceAsk({ page, record, log, isOpen }: ServiceAskProps) {
  const setOpen = (open: boolean) => isOpen.value = open;
  const isPhone = page.viewport.layout.value === "phone";
  const { drafts, navigation, clock, spawn } = page;
  const agents = page.nodes.all.value
    .filter(({ state }) =>
      state.kind !== "offline" && state.kind !== "starting"
    )
    .slice(-MAX_OFFERED)
    .reverse();
  const question = () =>
    questionOf({ record, lines: log.lines(), now: clock.now.peek() });
  const ask = ({ id }: NodeRecord) => {
    drafts.save(id, addQuestion(drafts.load(id), question()));
    navigation.go({ kind: "agent", id });
  };
  const askNewOne = () => {
    setOpen(false);
    const written = spawn.draft.peek().message.trimEnd();
    spawn.setMessage(`${written}\n\n${question()}`.trimStart());
    navigation.open("spawn");
  };
  return (
    <div class="menu-anchor">
      <button
        type="button"
        class={isPhone ? "icon-button" : "button"}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-label={isPhone ? "Ask an agent" : undefined}
        title="Ask an agent (A)"
        onClick={() => setOpen(!isOpen.peek())}
      >
        <Icon name="message-square" size={14} />
        {!isPhone && "Ask an agent"}
      </button>
      {isOpen.value && (
        <Menu
          label="Ask an agent"
          side="below"
          align="end"
          role="menu"
          onClose={() => setOpen(false)}
        >
          {agents.length === 0 && (
            <button
              type="button"
              role="menuitem"
              class="option"
              onClick={askNewOne}
            >
              <Icon name="plus" size={14} />
              No agent is online: start one
            </button>
          )}
          {agents.map((node) => (
            <button
              key={node.id}
              type="button"
              role="menuitem"
              class="option"
              onClick={() => ask(node)}
            >
              <StatusGlyph kind={node.state.kind} />
              <span class="cut">{nameOf(node)}</span>
              <span class="faint cut">{lastPart(node.cwd)}</span>
            </button>
          ))}
        </Menu>
      )}
    </div>
  );
}
