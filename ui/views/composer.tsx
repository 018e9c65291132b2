/**
 * Where a message is written.
 *
 * Keys: Enter sends, or steers while the agent works; Alt+Enter queues; Esc
 * twice in an empty field stops. On a phone Enter is a new line.
 */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { NodeRecord } from "../../server/protocol/node.ts";
import { AttachmentTiles } from "../components/attachment_tiles.tsx";
import { Suggestions } from "../components/suggestions.tsx";
import type { AgentCommands } from "../models/agent_commands.ts";
import {
  applySuggestion,
  CompletionModel,
  type Suggestion,
} from "../models/completion.ts";
import type { ComposerModel, SendMode } from "../models/composer.ts";
import type { OpenAgent } from "../models/open_agent.ts";
import type { Page } from "../page.ts";
import { ComposerBar } from "./composer_bar.tsx";
import { ComposerHints, QueueRows } from "./composer_around.tsx";

export interface ComposerProps {
  page: Page;
  agent: OpenAgent;
  node: NodeRecord;
  composer: ComposerModel;
  commands: AgentCommands;
}

/** The second Esc must follow the first within this time. */
const STOP_WITHIN_MS = 800;

export function Composer(props: ComposerProps) {
  const { page, agent, node, composer, commands } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const openPicker = useSignal<"model" | "thinking" | undefined>(undefined);
  const stopArmedAt = useRef(0);
  const completion = useMemo(() => completionOf(agent), [agent]);
  const isWorking = node.state.kind === "working" ||
    node.state.kind === "waiting";
  const text = composer.text.value;
  const facts = agent.conversation.facts.value;

  useLayoutEffect(() => grow(field.current), [text]);

  // With the view, not a frame later: what is typed at once belongs in it.
  useLayoutEffect(() => {
    const hands = {
      focus: () => field.current?.focus(),
      stop: () => commands.stop(),
      openModels: () => openPicker.value = "model",
      openThinking: () => openPicker.value = "thinking",
      attach: () => picker.current?.click(),
    };
    page.hands.value = { ...page.hands.peek(), composer: hands };
    const at = composer.caret.peek();
    field.current?.setSelectionRange(at, at);
    if (!page.viewport.touch.peek()) field.current?.focus();
    const stopSaving = saveOnLeave(composer);
    return () => {
      stopSaving();
      page.hands.value = { ...page.hands.peek(), composer: undefined };
    };
  }, [agent]);

  const write = (next: string, caret: number) => {
    composer.write(next, caret);
    completion.look(next, caret);
  };
  const insert = (sign: string) => {
    const at = field.current?.selectionStart ?? text.length;
    const before = text.slice(0, at);
    const gap = sign === "@" && /\S$/.test(before) ? " " : "";
    const caret = at + gap.length + sign.length;
    const next = before + gap + sign + text.slice(at);
    place(field.current, next, caret);
    write(next, caret);
  };
  const take = (suggestion: Suggestion) => {
    const trigger = completion.trigger.peek();
    if (!trigger) return;
    const at = field.current?.selectionStart ?? text.length;
    const next = applySuggestion(text, at, { trigger, suggestion });
    place(field.current, next.text, next.caret);
    write(next.text, next.caret);
    if (!suggestion.opens) completion.close();
  };
  const send = (mode: SendMode) => {
    completion.close();
    if (composer.send(mode)) page.hands.peek().transcript?.toBottom();
    if (page.viewport.touch.peek()) return;
    field.current?.focus();
  };
  const onEscape = () => {
    if (composer.text.peek() !== "" || !isWorking) return field.current?.blur();
    const now = Date.now();
    if (now - stopArmedAt.current < STOP_WITHIN_MS) commands.stop();
    else page.notices.say("Esc again stops the agent");
    stopArmedAt.current = now;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const active = completion.suggestions.peek()[completion.active.peek()];
    if (active && completionKey(event, completion, () => take(active))) {
      return event.preventDefault();
    }
    if (event.key === "Escape") {
      event.preventDefault();
      return onEscape();
    }
    if (event.key === "ArrowUp" && event.altKey) {
      event.preventDefault();
      const back = agent.outbox.takeLast();
      if (back !== undefined) composer.takeBack(back);
      else page.notices.say("Nothing here that was not sent yet");
      return;
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    if (page.viewport.touch.peek() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send(event.altKey ? "followUp" : composer.mode.peek());
  };

  const listId = "composer-suggestions";
  const isOpen = completion.suggestions.value.length > 0;
  return (
    <>
      <QueueRows queue={facts?.queue ?? []} />
      <div
        class="composer"
        data-thinking={node.thinking ?? facts?.thinking}
        data-mode={text.startsWith("!") ? "bash" : undefined}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          composer.attachments.add([...event.dataTransfer?.files ?? []])
            .then(composer.save);
        }}
      >
        {isOpen && (
          <Suggestions
            id={listId}
            suggestions={completion.suggestions.value}
            active={completion.active.value}
            onTake={take}
          />
        )}
        <AttachmentTiles
          files={composer.attachments.files.value}
          problem={composer.attachments.problem.value}
          onRemove={(key) => {
            composer.attachments.remove(key);
            composer.save();
          }}
        />
        <textarea
          ref={field}
          class="composer-field"
          rows={1}
          aria-label="Message"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={isOpen ? listId : undefined}
          aria-activedescendant={isOpen
            ? `${listId}-${completion.active.value}`
            : undefined}
          placeholder={isWorking
            ? "Steer the agent, or queue a follow-up…"
            : "Ask, or tell it what to do…"}
          value={text}
          onFocus={() => completion.warmUp()}
          onInput={({ currentTarget }) =>
            write(currentTarget.value, currentTarget.selectionStart)}
          onSelect={({ currentTarget }) => {
            composer.caret.value = currentTarget.selectionStart;
          }}
          onBlur={() => completion.close()}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = [...event.clipboardData?.files ?? []];
            if (files.length === 0) return;
            event.preventDefault();
            composer.attachments.add(files).then(composer.save);
          }}
        />
        <ComposerBar
          {...props}
          picker={picker}
          openPicker={openPicker}
          isWorking={isWorking}
          onInsert={insert}
          onSend={send}
        />
      </div>
      {!page.viewport.touch.value && page.viewport.layout.value !== "phone" && (
        <ComposerHints isWorking={isWorking} />
      )}
    </>
  );
}

function completionOf({ rpc }: OpenAgent): CompletionModel {
  return new CompletionModel({
    commands: () => rpc.call("commands", {}).then(({ commands }) => commands),
    files: (query) => rpc.call("files", { query }).then(({ files }) => files),
  });
}

/** Whether the key was meant for the open list. */
function completionKey(
  event: KeyboardEvent,
  completion: CompletionModel,
  take: () => void,
): boolean {
  switch (event.key) {
    case "ArrowDown":
      completion.move(1);
      return true;
    case "ArrowUp":
      completion.move(-1);
      return true;
    case "Enter":
    case "Tab":
      take();
      return true;
    case "Escape":
      completion.dismiss();
      return true;
    default:
      return false;
  }
}

/** As high as its text; the style sheet sets the limit. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/**
 * Shows the text at once, with the caret where it belongs: a frame later it
 * would be moved away under whoever goes on typing.
 */
function place(
  field: HTMLTextAreaElement | null,
  text: string,
  caret: number,
): void {
  if (!field) return;
  field.value = text;
  field.focus();
  field.setSelectionRange(caret, caret);
}

function saveOnLeave(composer: ComposerModel): () => void {
  const save = () => composer.save();
  globalThis.addEventListener("pagehide", save);
  return () => {
    save();
    globalThis.removeEventListener("pagehide", save);
  };
}
