/** The choices of a new agent that most leave as they are: chips that open. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import { Icon } from "../components/icon.tsx";
import { Menu } from "../components/menu.tsx";
import { ModelPicker } from "../components/model_picker.tsx";
import { ThinkingPicker } from "../components/thinking_picker.tsx";
import { THINKING_LEVELS } from "../models/agent_commands.ts";
import type { SpawnModel } from "../models/spawn.ts";
import { nameOf } from "../words.ts";

interface SpawnChoicesProps {
  spawn: SpawnModel;
}

export function SpawnChoices({ spawn }: SpawnChoicesProps) {
  const { draft, continues, lastSession } = spawn;
  const { model, thinking } = draft.value;
  const last = lastSession.value;
  return (
    <div class="spawn-chips" role="group" aria-label="Choices">
      <Chip
        label="Model"
        value={model || "default"}
        isSet={model !== ""}
        role="dialog"
      >
        {(close) => <ModelChoice spawn={spawn} model={model} onDone={close} />}
      </Chip>
      <Chip
        label="Thinking"
        value={thinking || "default"}
        isSet={thinking !== ""}
        role="menu"
      >
        {(close) => (
          <ThinkingPicker
            levels={["default", ...THINKING_LEVELS]}
            current={thinking || "default"}
            onPick={(level) => {
              spawn.setThinking(level === "default" ? "" : level);
              close();
            }}
          />
        )}
      </Chip>
      {last && (
        <button
          type="button"
          class="pill"
          aria-pressed={continues.value}
          title={sessionTitle(last)}
          onClick={() => continues.value = !continues.peek()}
        >
          {continues.value && <Icon name="check" size={12} />}
          Continue last session
        </button>
      )}
    </div>
  );
}

interface ChipProps {
  label: string;
  value: string;
  isSet: boolean;
  role: "menu" | "dialog";
  children: (close: () => void) => ComponentChildren;
}

function Chip({ label, value, isSet, role, children }: ChipProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <span class="menu-anchor">
      <button
        ref={button}
        type="button"
        class="pill"
        data-set={isSet}
        aria-haspopup={role}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="cut">{label}: {value}</span>
        <Icon name="chevron-down" size={12} />
      </button>
      {isOpen && (
        <Menu
          label={label}
          side="above"
          align="start"
          role={role}
          onClose={close}
        >
          {children(close)}
        </Menu>
      )}
    </span>
  );
}

interface ModelChoiceProps {
  spawn: SpawnModel;
  model: string;
  onDone: () => void;
}

/** The models that an agent has named; without one, whatever pi understands. */
function ModelChoice({ spawn, model, onDone }: ModelChoiceProps) {
  const [isTyped, setTyped] = useState(false);
  const load = async () => {
    try {
      return await spawn.models();
    } catch (thrown) {
      setTyped(true);
      throw thrown;
    }
  };
  if (isTyped) {
    return (
      <div class="model-picker">
        <input
          class="field"
          aria-label="Model"
          placeholder="provider/model"
          autocapitalize="off"
          autocomplete="off"
          spellcheck={false}
          value={model}
          ref={(field) => field?.focus()}
          onInput={({ currentTarget }) => spawn.setModel(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            onDone();
          }}
        />
        <p class="menu-note">
          No agent is here to ask. pi takes a name, or provider/name.
        </p>
      </div>
    );
  }
  return (
    <>
      <ModelPicker
        current={undefined}
        load={load}
        onPick={({ provider, id }) => {
          spawn.setModel(`${provider}/${id}`);
          onDone();
        }}
      />
      {model !== "" && (
        <button
          type="button"
          class="menu-item"
          onClick={() => {
            spawn.setModel("");
            onDone();
          }}
        >
          <b>Use pi’s default</b>
        </button>
      )}
    </>
  );
}

function sessionTitle(node: NodeRecord): string {
  return node.lastPrompt
    ? `${nameOf(node)}: “${node.lastPrompt}”`
    : nameOf(node);
}
