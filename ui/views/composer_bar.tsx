/** The row of controls in the composer. */

import type { RefObject } from "preact";
import type { Signal } from "@preact/signals";
import { ContextBar, shareOf } from "../components/context_bar.tsx";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Menu } from "../components/menu.tsx";
import { ModelPicker } from "../components/model_picker.tsx";
import { ThinkingPicker } from "../components/thinking_picker.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import { THINKING_LEVELS } from "../models/agent_commands.ts";
import type { SendMode } from "../models/composer.ts";
import { sayMoney } from "../words.ts";
import type { ComposerProps } from "./composer.tsx";
import { AttachButton } from "./attach_button.tsx";
import { SendButton } from "./send_button.tsx";

interface ComposerBarProps extends ComposerProps {
  picker: RefObject<HTMLInputElement | null>;
  openPicker: Signal<"model" | "thinking" | undefined>;
  isWorking: boolean;
  onInsert: (sign: string) => void;
  onSend: (mode: SendMode) => void;
}

export function ComposerBar(props: ComposerBarProps) {
  const { page, composer, commands, picker, isWorking, onInsert, onSend } =
    props;
  return (
    <div class="composer-bar">
      <AttachButton
        composer={composer}
        picker={picker}
        touch={page.viewport.touch.value}
      />
      <IconButton
        icon="at-sign"
        label="Mention a file"
        part="mention"
        onClick={() => onInsert("@")}
      />
      <IconButton
        icon="slash"
        label="Commands"
        part="commands"
        onClick={() => {
          if (composer.text.peek() === "") onInsert("/");
          else page.notices.say("A command stands at the start of a message");
        }}
      />
      <span class="grow" />
      <Pickers {...props} />
      <Meter {...props} />
      {isWorking && (
        <button
          type="button"
          class="button"
          data-kind="danger"
          aria-label="Stop"
          title={`Stop (${sayKeys("mod+shift+x", IS_MAC)})`}
          onClick={() => commands.stop()}
        >
          <Icon name="square" size={14} />
        </button>
      )}
      <SendButton
        composer={composer}
        isWorking={isWorking}
        small={page.viewport.touch.value ||
          page.viewport.layout.value === "phone"}
        onSend={onSend}
      />
    </div>
  );
}

function Pickers(
  { agent, node, commands, openPicker }: ComposerBarProps,
) {
  const facts = agent.conversation.facts.value;
  const model = facts?.model ?? node.model;
  const thinking = facts?.thinking ?? node.thinking;
  const close = () => openPicker.value = undefined;
  return (
    <>
      <span class="menu-anchor" data-part="model">
        <button
          type="button"
          class="pill"
          aria-haspopup="dialog"
          aria-expanded={openPicker.value === "model"}
          title={`Model (${sayKeys("alt+m", IS_MAC)})`}
          onClick={() => openPicker.value = "model"}
        >
          <span class="cut">{model?.id ?? "No model"}</span>
          <Icon name="chevron-down" size={12} />
        </button>
        {openPicker.value === "model" && (
          <Menu
            label="Model"
            side="above"
            align="end"
            role="dialog"
            onClose={close}
          >
            <ModelPicker
              current={model ?? undefined}
              load={commands.models}
              onPick={(picked) => {
                commands.setModel(picked);
                close();
              }}
            />
          </Menu>
        )}
      </span>
      {thinking !== undefined && (
        <span class="menu-anchor" data-part="thinking">
          <button
            type="button"
            class="pill"
            data-thinking={thinking}
            aria-haspopup="menu"
            aria-expanded={openPicker.value === "thinking"}
            aria-label={`Thinking level: ${thinking}`}
            title={`Thinking level (${sayKeys("alt+t", IS_MAC)})`}
            onClick={() => openPicker.value = "thinking"}
          >
            {thinking}
          </button>
          {openPicker.value === "thinking" && (
            <Menu
              label="Thinking level"
              side="above"
              align="end"
              role="menu"
              onClose={close}
            >
              <ThinkingPicker
                levels={THINKING_LEVELS}
                current={thinking}
                onPick={(level) => {
                  commands.setThinking(level);
                  close();
                }}
              />
            </Menu>
          )}
        </span>
      )}
    </>
  );
}

function Meter({ agent }: ComposerBarProps) {
  const facts = agent.conversation.facts.value;
  if (!facts?.context) return null;
  const share = shareOf(facts.context);
  return (
    <span class="pill" data-part="meter">
      <ContextBar context={facts.context} size="small" />
      <span class="number">
        {share === undefined ? "?" : `${Math.round(share * 100)}%`}
      </span>
      <span class="number faint">{sayMoney(facts.usage.cost)}</span>
    </span>
  );
}
