/**
 * One terminal that this page has on a screen: its link, its place in the
 * output, what is typed into it, and what a person should know of all that.
 *
 * The screen is an argument and is loaded late; until it is here, nothing is
 * attached. Coming back after a cut goes on where it was, if that is still
 * known over there, and else begins with a fresh screen and says so.
 */

import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  signal,
  untracked,
} from "@preact/signals";
import {
  TERMINAL_SUBPROTOCOL,
  type TerminalDown,
  type TerminalId,
  type TerminalPlace,
  type TerminalRecord,
  type TerminalSize,
  type TerminalUp,
} from "../../server/protocol/terminal.ts";
import type { Link, LinkOptions, LinkState } from "../link.ts";
import { TerminalFeed } from "./terminal_feed.ts";
import { TerminalInput } from "./terminal_input.ts";
import type { Found, Screen, ScreenEvents } from "./terminal_screen.ts";

/** What happened to the screen, worth a word for a moment. */
export type TerminalNote = "reattached" | "caughtUp";

export interface OpenTerminal {
  readonly id: TerminalId;
  readonly link: ReadonlySignal<LinkState>;
  /** As the registry or the terminal itself last said. */
  readonly record: ReadonlySignal<TerminalRecord | undefined>;
  /** Undefined until its code is here. */
  readonly screen: ReadonlySignal<Screen | undefined>;
  /** Why its code could not be loaded. */
  readonly failure: ReadonlySignal<string | undefined>;
  /** A first screen is being waited for. */
  readonly isLoading: ReadonlySignal<boolean>;
  readonly note: ReadonlySignal<TerminalNote | undefined>;
  readonly found: ReadonlySignal<Found | undefined>;
  /** This page's own id among the terminal's viewers. */
  readonly viewer: ReadonlySignal<string | undefined>;
  /** The size of another viewer that this page has no say in. */
  readonly foreignSize: ReadonlySignal<TerminalSize | undefined>;
  /** How many letters were typed here, as far as keys tell. */
  readonly letters: ReadonlySignal<number>;
  start(): void;
  stop(): void;
  retry(): void;
  type(text: string): void;
  /** Has the terminal follow this page's size. */
  claim(): void;
  dispose(): void;
}

export interface OpenTerminalPort {
  connect(options: LinkOptions): Link;
  loadScreen(events: ScreenEvents): Promise<Screen>;
  isPageKey(event: KeyboardEvent): boolean;
  setFontSize(px: number): void;
  say(sentence: string): void;
  /** What the registry says of all terminals. */
  readonly records: ReadonlySignal<ReadonlyMap<TerminalId, TerminalRecord>>;
  /** How the link to the registry is: what it learns of the network counts. */
  readonly registry: ReadonlySignal<LinkState>;
  /** False while nobody can see the page: a viewer that is not there. */
  readonly isAwake: ReadonlySignal<boolean>;
  /** Shown to the other viewers. */
  readonly viewerName: string;
  /** Returns the undo. */
  after(ms: number, run: () => void): () => void;
}

/** Long enough to be read, short enough not to be in the way. */
const NOTE_MS = 2_500;

export function openTerminal(
  id: TerminalId,
  port: OpenTerminalPort,
): OpenTerminal {
  const screen = signal<Screen | undefined>(undefined);
  const failure = signal<string | undefined>(undefined);
  const told = signal<TerminalRecord | undefined>(undefined);
  const viewer = signal<string | undefined>(undefined);
  const size = signal<TerminalSize | undefined>(undefined);
  const room = signal<TerminalSize | undefined>(undefined);
  const note = signal<TerminalNote | undefined>(undefined);
  const found = signal<Found | undefined>(undefined);
  const letters = signal(0);
  const hasScreen = signal(false);
  const isWanted = signal(false);
  let feed: TerminalFeed | undefined;
  /** A screen that comes now repairs a cut; later ones repair a lag. */
  let isBeginning = false;
  let cancelNote: (() => void) | undefined;

  const link: Link = port.connect({
    path: () => terminalPath(id, feed?.place, room.peek(), port.viewerName),
    protocols: [TERMINAL_SUBPROTOCOL],
    isQuiet: true,
  });
  const say = (up: TerminalUp) => link.send(JSON.stringify(up));
  const input = new TerminalInput({
    send: (bytes) => link.send(bytes),
    waitingBytes: () => link.waitingBytes,
    after: port.after,
  });
  const record = computed(() => port.records.value.get(id) ?? told.value);
  const hasSize = computed(() => {
    const me = (one?: TerminalRecord) =>
      one?.viewers.find((other) => other.id === viewer.value);
    // The registry may not have heard yet that this page is attached.
    return (me(record.value) ?? me(told.value))?.hasSize ?? false;
  });

  const showNote = (text: TerminalNote) => {
    cancelNote?.();
    note.value = text;
    cancelNote = port.after(NOTE_MS, () => note.value = undefined);
  };
  const type = (bytes: Uint8Array<ArrayBuffer>) => {
    if (record.peek()?.state.kind !== "running") return;
    if (input.type(bytes)) return;
    port.say(
      link.state.peek().kind === "open"
        ? "Too much to paste at once: 4 MB is the limit"
        : "Not connected: nothing more is held for the terminal",
    );
  };

  const take = (frame: TerminalDown) => {
    if (!feed) return;
    const before = feed.place?.stream;
    const isFresh = feed.take(frame);
    switch (frame.type) {
      case "attached":
        viewer.value = frame.viewer;
        told.value = frame.terminal;
        size.value = frame.terminal.size;
        break;
      case "terminal":
        told.value = frame.terminal;
        break;
      case "size":
        size.value = frame.size;
        break;
      case "refused":
        port.say(frame.reason);
        break;
      case "screen":
      case "resumed":
        if (frame.type === "screen") size.value = frame.size;
        if (before !== undefined && before !== frame.stream) input.drop();
        input.open();
    }
    if (!isFresh) return;
    if (hasScreen.value) showNote(isBeginning ? "reattached" : "caughtUp");
    hasScreen.value = true;
    isBeginning = false;
  };

  const events: ScreenEvents = {
    onInput: type,
    onLetter: () => letters.value++,
    onRoom: (now) => {
      room.value = now;
      say({ type: "size", ...now });
    },
    onFound: (now) => found.value = now,
    onFontSize: port.setFontSize,
    // What a screen is painted with is no question of the program.
    mayAnswer: () => hasSize.peek() && !(feed?.isPainting ?? true),
    isPageKey: port.isPageKey,
  };

  const loading = port.loadScreen(events);
  loading.then((loaded) => {
    feed = new TerminalFeed(loaded, {
      acknowledge: (offset) => say({ type: "ack", offset }),
      after: port.after,
    });
    screen.value = loaded;
  }).catch((thrown) => failure.value = String(thrown));

  const stops = [
    link.onFrame((frame) => batch(() => take(frame as TerminalDown))),
    link.onBytes((bytes) => feed?.takeBytes(bytes)),
    // Attached while it is wanted, and from when there is a size to attach with.
    effect(() => {
      const isReady = screen.value !== undefined && room.value !== undefined;
      const starts = isWanted.value && isReady && port.isAwake.value;
      untracked(() => starts ? link.start() : link.stop());
    }),
    renewWithRegistry(link, port.registry),
    effect(() => {
      const { kind } = link.state.value;
      if (kind === "open" || kind === "stale") return;
      isBeginning = true;
      feed?.rest();
      input.hold();
    }),
  ];

  return {
    id,
    link: link.state,
    record,
    screen,
    failure,
    isLoading: computed(() => !hasScreen.value),
    note,
    found,
    viewer,
    foreignSize: computed(() => {
      const [now, own] = [size.value, room.value];
      if (!now || !own || hasSize.value) return undefined;
      return now.cols === own.cols && now.rows === own.rows ? undefined : now;
    }),
    letters,
    start: () => isWanted.value = true,
    stop: () => isWanted.value = false,
    retry: () => link.retryNow(),
    type(text) {
      letters.value += text.length;
      type(new TextEncoder().encode(text));
    },
    claim: () => void say({ type: "claim" }),
    dispose() {
      for (const stop of stops) stop();
      cancelNote?.();
      feed?.rest();
      link.stop();
      // It may still be on its way.
      loading.then((loaded) => loaded.dispose()).catch(() => {});
    },
  };
}

/**
 * A terminal has no beat of its own. When the registry's link was found dead
 * and is back, one that is as old as that one was is dead too.
 */
function renewWithRegistry(
  link: Link,
  registry: ReadonlySignal<LinkState>,
): () => void {
  let lost: LinkState | undefined;
  return effect(() => {
    const { kind } = registry.value;
    if (kind === "waiting") lost ??= link.state.peek();
    if (kind !== "open" || !lost) return;
    if (lost === link.state.peek()) link.renew();
    lost = undefined;
  });
}

function terminalPath(
  id: TerminalId,
  place: TerminalPlace | undefined,
  room: TerminalSize | undefined,
  name: string,
): string {
  const query = new URLSearchParams({ name });
  if (room) {
    query.set("cols", String(room.cols));
    query.set("rows", String(room.rows));
  }
  if (place) {
    query.set("stream", place.stream);
    query.set("offset", String(place.offset));
  }
  return `/ws/terminal/${encodeURIComponent(id)}?${query}`;
}
