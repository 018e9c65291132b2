/**
 * A terminal on the page: its screen, and beside it whatever a person must know
 * of it. The screen itself is not Preact's: it is moved in and out whole.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import type { OpenTerminal } from "../models/open_terminal.ts";
import type { Page, TerminalHands } from "../page.ts";
import { terminalName } from "../words.ts";
import { TerminalFind } from "./terminal_find.tsx";
import { TerminalKeys } from "./terminal_keys.tsx";
import { EndNote, LinkNote, SizeNote } from "./terminal_notes.tsx";

interface TerminalPaneProps {
  page: Page;
  id: TerminalId;
  /** What is offered once the program has ended; its own words if absent. */
  onClose?: (() => void) | undefined;
}

/** Attaches while it is on the page. */
export function TerminalPane({ id, ...props }: TerminalPaneProps) {
  const { screens } = props.page;
  const [terminal, setTerminal] = useState<OpenTerminal | undefined>();
  useEffect(() => {
    setTerminal(screens.enter(id));
    return () => screens.leave(id);
  }, [id]);
  return terminal?.id === id
    ? <Attached key={id} terminal={terminal} {...props} />
    : <div class="terminal-pane" />;
}

interface AttachedProps extends Omit<TerminalPaneProps, "id"> {
  terminal: OpenTerminal;
}

function Attached({ page, terminal, onClose }: AttachedProps) {
  const frame = useRef<HTMLElement>(null);
  const slot = useRef<HTMLDivElement>(null);
  const [finds, setFinds] = useState(false);
  const isTouch = page.viewport.touch.value;
  const isRaw = page.terminalLook.look.value.rawKeys;
  const screen = terminal.screen.value;
  const record = terminal.record.value;
  const foreign = terminal.foreignSize.value;
  useSeen(page, record);

  useLayoutEffect(() => {
    const place = slot.current;
    if (!screen || !place) return;
    screen.mount(place);
    return () => screen.unmount(place);
  }, [screen]);
  const isForeign = foreign !== undefined;
  useEffect(() => screen?.setForeign(isForeign), [screen, isForeign]);
  const { focusNext } = page.screens;
  const isMeant = focusNext.value === terminal.id;
  useEffect(() => {
    if (!screen || focusNext.peek() !== terminal.id) return;
    focusNext.value = undefined;
    if (!isTouch) screen.focus();
  }, [screen, isMeant]);
  useEffect(() => screen?.setRawKeys(!isTouch || isRaw), [
    screen,
    isTouch,
    isRaw,
  ]);

  const hands = useRef<TerminalHands>({
    find: () => setFinds(true),
    leave: () => leave(frame.current),
  }).current;
  const take = () => {
    page.hands.value = { ...page.hands.peek(), terminal: hands };
  };
  useEffect(() => {
    take();
    return () => {
      if (page.hands.peek().terminal !== hands) return;
      page.hands.value = { ...page.hands.peek(), terminal: undefined };
    };
  }, []);

  return (
    <section
      ref={frame}
      class="terminal-pane"
      aria-label={record ? `Terminal ${terminalName(record)}` : "Terminal"}
      data-state={record?.state.kind}
      onFocusCapture={take}
    >
      <LinkNote page={page} terminal={terminal} />
      {foreign && record && (
        <SizeNote
          size={foreign}
          viewers={record.viewers}
          onClaim={() => {
            terminal.claim();
            screen?.focus();
          }}
        />
      )}
      <div
        ref={slot}
        class="terminal-slot"
        data-letterbox={isForeign}
      />
      {terminal.isLoading.value && terminal.failure.value === undefined && (
        <p class="terminal-wait" data-kind="soon">Attaching…</p>
      )}
      {terminal.failure.value !== undefined && (
        <p class="terminal-wait" role="alert">
          Could not load the terminal: {terminal.failure.value}
        </p>
      )}
      {terminal.note.value && (
        <p class="terminal-toast" role="status">
          <Icon name="check" size={12} />
          {terminal.note.value === "reattached" ? "Reattached" : "Caught up"}
        </p>
      )}
      {finds && screen && (
        <TerminalFind
          screen={screen}
          found={terminal.found}
          onClose={() => {
            setFinds(false);
            screen.endFind();
            screen.focus();
          }}
        />
      )}
      {record && <EndNote page={page} record={record} onClose={onClose} />}
      {isTouch && record?.state.kind === "running" && (
        <TerminalKeys
          page={page}
          terminal={terminal}
          isRaw={isRaw}
        />
      )}
    </section>
  );
}

/** A bell that rings before somebody's eyes leaves no mark. */
function useSeen(page: Page, record: TerminalRecord | undefined): void {
  const { id, bellAt = 0 } = record ?? {};
  useEffect(() => {
    const see = () => {
      if (id && document.visibilityState === "visible") {
        page.terminals.see(id, bellAt);
      }
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [id, bellAt]);
}

/** To what stands around the terminal: its tab, or the way back. */
function leave(pane: HTMLElement | null): void {
  const around = pane?.closest("[data-around-terminal]") ?? document;
  const target = around.querySelector<HTMLElement>("[data-leave]");
  (document.activeElement as HTMLElement | null)?.blur();
  target?.focus();
}
