/**
 * The transcript of one agent: everything said and done, live.
 *
 * Owns where the reader is and what is opened; the conversation, the outbox and
 * the memory of places belong to the page around it.
 */

import { type ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ConversationModel } from "../models/conversation.ts";
import { FindBar } from "../transcript/find_bar.tsx";
import { JumpPill } from "../transcript/jump_pill.tsx";
import type {
  PendingPrompt,
  ScrollPlace,
  TranscriptController,
} from "../transcript/pending.ts";
import { PendingRow } from "../transcript/pending_row.tsx";
import { Scroller } from "../transcript/scroller.tsx";
import { Status } from "../transcript/status.tsx";
import { TranscriptState } from "../transcript/transcript_state.ts";

export interface TranscriptProps {
  conversation: ConversationModel;
  pending: ReadonlySignal<readonly PendingPrompt[]>;
  /** Key of the last item that was here when the reader left. */
  leftAt?: ReadonlySignal<string | undefined>;
  onRetry: (id: string) => void;
  onDiscard: (id: string) => void;
  onEdit: (id: string) => void;
  /** Puts text into the composer as a quote; without it nothing offers to. */
  onQuote?: (text: string) => void;
  remember: {
    load(): ScrollPlace | undefined;
    save(place: ScrollPlace): void;
  };
  /** Called once with the handle for shortcuts and buttons. */
  controller?: (controller: TranscriptController) => void;
}

export function Transcript(props: TranscriptProps) {
  const { conversation } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  // The props of the first drawing: a page gives one conversation one view.
  const state = useMemo(() => new TranscriptState(props), [conversation]);

  useLayoutEffect(() => {
    const stop = state.start(scroller.current!, content.current!);
    props.controller?.(state);
    return stop;
  }, [state]);

  return (
    <div class="tx">
      <FindBar
        find={state.search}
        onClose={() => {
          state.closeFind();
          scroller.current?.focus();
        }}
      />
      <div
        ref={scroller}
        class="tx-scroller"
        role="log"
        aria-live="off"
        aria-label="Transcript"
        aria-busy={conversation.flight.value !== undefined}
        tabIndex={0}
        onClickCapture={(event) => keepStill(state, event)}
        onKeyDown={(event) => onKeyDown(state, event)}
      >
        <div ref={content} class="tx-content">
          <Body {...props} state={state} />
        </div>
      </div>
      <Jump conversation={conversation} state={state} />
      <Announcer conversation={conversation} />
    </div>
  );
}

interface WithState {
  conversation: ConversationModel;
  state: TranscriptState;
}

/** The rows, and what comes before and after them. */
function Body(props: TranscriptProps & WithState) {
  const { state, conversation } = props;
  return (
    <Scroller
      state={state}
      head={<Older conversation={conversation} />}
      tail={<Pending {...props} />}
    />
  );
}

/** One line of fixed height: whether it says something moves nothing. */
function Older({ conversation }: { conversation: ConversationModel }) {
  if (!conversation.more.value) {
    return conversation.ready.value && conversation.items.value.length === 0
      ? <p class="tx-older">Nothing said yet</p>
      : null;
  }
  const words = {
    idle: "",
    loading: "Loading older messages…",
    failed: "Could not load older messages. Trying again…",
  };
  return <p class="tx-older">{words[conversation.loading.value]}</p>;
}

/** A prompt whose message has arrived is shown once: as the message. */
function Pending(props: TranscriptProps) {
  const arrived = new Set(
    props.conversation.items.value.slice(-100).map((item) =>
      item.kind === "message" ? item.promptId : undefined
    ),
  );
  const waiting = props.pending.value.filter(({ id }) => !arrived.has(id));
  return (
    <>
      {waiting.map((prompt) => (
        <PendingRow
          key={prompt.id}
          prompt={prompt}
          onRetry={props.onRetry}
          onDiscard={props.onDiscard}
          onEdit={props.onEdit}
        />
      ))}
    </>
  );
}

function Jump({ conversation, state }: WithState) {
  if (state.port.following.value) return null;
  return (
    <JumpPill
      streaming={conversation.flight.value !== undefined}
      fresh={state.fresh.value}
      onJump={() => state.toBottom()}
    />
  );
}

function Announcer({ conversation }: { conversation: ConversationModel }) {
  const node = conversation.node.value;
  const name = node?.session?.name ?? node?.cwd.split("/").at(-1) ?? "Agent";
  return (
    <Status
      of={conversation}
      name={name}
      activity={conversation.activity.value}
    />
  );
}

/** What a person opens or closes stays under their pointer. */
function keepStill(state: TranscriptState, event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : undefined;
  const opens = target?.closest("[aria-expanded], .tx-more");
  const key = opens?.closest<HTMLElement>(".tx-row")?.dataset.key;
  if (key) state.port.holdStill(key);
}

function onKeyDown(state: TranscriptState, event: KeyboardEvent): void {
  const isControl = event.ctrlKey || event.metaKey;
  if (event.key === "End") state.toBottom();
  else if (event.key === "ArrowUp" && isControl) state.previousPrompt();
  else if (event.key === "ArrowDown" && isControl) state.nextPrompt();
  else if (event.key === "ArrowUp" && event.altKey) state.focusRow(-1);
  else if (event.key === "ArrowDown" && event.altKey) state.focusRow(1);
  else if (event.key === "Escape" && state.search.open.peek()) {
    state.closeFind();
  } else return;
  event.preventDefault();
}
