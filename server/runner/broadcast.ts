/**
 * What a terminal shows, and to whom: the output of its program on tape, its
 * screen, and the viewers that follow it.
 *
 * Joins tape, screen and audience; the program is on the other side of `onHold`
 * and `onSize`. One program after the other may be shown.
 */

import { logger } from "../log.ts";
import type {
  TerminalPlace,
  TerminalRecord,
  TerminalSize,
} from "../protocol/terminal.ts";
import { Audience } from "./audience.ts";
import type { Connection } from "./connection.ts";
import type { Courtesy } from "./courtesy.ts";
import { Screen } from "./screen/screen.ts";
import type { Screens } from "./screen/screens.ts";
import { Tape } from "./tape.ts";
import { type Stream, Viewer, type ViewerCard } from "./viewer.ts";

const log = logger("broadcast");

/**
 * A first viewer that comes so soon is shown all from the start as it was
 * printed, so that its terminal answers what the program has asked. Later
 * nobody waits for an answer, and it would be taken for something typed.
 */
const QUESTIONS_OPEN_MS = 3_000;

/** The shortest that a timer can do, and enough for a key and its echo. */
const REST_MS = 1;

export interface BroadcastEvents {
  /** The program should wait, or may go on. */
  onHold(isHeld: boolean): void;
  /** The terminal has this size now. */
  onSize(size: TerminalSize): void;
}

export interface Arrival {
  readonly card: ViewerCard;
  readonly size: TerminalSize | undefined;
}

export class Broadcast {
  readonly #screens: Screens;
  readonly #courtesy: Courtesy;
  readonly #events: BroadcastEvents;
  readonly #mayWait: boolean;
  readonly #audience = new Audience<Viewer>();
  #stream: Stream;
  #screen: Screen;
  #startedAt = Date.now();
  #wasSeen = false;
  #isHeld = false;
  #isResting = false;
  #recheck: Timer | undefined;

  constructor(
    size: TerminalSize,
    mayWait: boolean,
    shared: { readonly screens: Screens; readonly courtesy: Courtesy },
    events: BroadcastEvents,
  ) {
    this.#screens = shared.screens;
    this.#courtesy = shared.courtesy;
    this.#events = events;
    this.#mayWait = mayWait;
    [this.#stream, this.#screen] = this.#open(size);
  }

  get size(): TerminalSize {
    return this.#stream.tape.size.size;
  }

  /** Whether anybody was attached since the program began. */
  get wasSeen(): boolean {
    return this.#wasSeen;
  }

  get audience(): Audience<Viewer> {
    return this.#audience;
  }

  tail(lines: number): Promise<string> {
    return this.#screen.tail(lines);
  }

  /** Another program begins, on an empty screen. */
  restart(): void {
    const { size } = this;
    this.#screen.close();
    [this.#stream, this.#screen] = this.#open(size);
    this.#startedAt = Date.now();
    this.#wasSeen = !this.#audience.isEmpty;
    this.#audience.restart();
    for (const viewer of this.#audience.viewers) {
      viewer.follow(this.#stream);
      this.#showRaw(viewer);
    }
  }

  output(chunks: readonly Uint8Array[]): void {
    const { tape } = this.#stream;
    const before = tape.end;
    for (const chunk of chunks) tape.append(chunk);
    this.pumpAll();
    // After the viewers: their bytes are still in the processor's cache.
    this.#screen.keepUp();
    if (this.#courtesy.asks(this, tape.end - before, Date.now())) this.#rest();
    this.#brake();
  }

  /** Somebody types into this one. */
  typed(): void {
    this.#courtesy.typed(this, Date.now());
  }

  #rest(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    setTimeout(() => {
      this.#isResting = false;
      this.#brake();
    }, REST_MS);
  }

  attach({ card, size }: Arrival, connection: Connection): Viewer {
    const viewer = new Viewer(
      card,
      connection,
      this.#stream,
      (asking) => void this.#paintFor(asking),
    );
    viewer.size = size;
    this.#audience.add(viewer);
    return viewer;
  }

  /** Begins to show, once the viewer knows that it is attached. */
  begin(viewer: Viewer, place: TerminalPlace | undefined): void {
    const { id, tape } = this.#stream;
    const isThere = place?.stream === id && place.offset >= tape.start &&
      place.offset <= tape.end;
    if (isThere) {
      this.#audience.takeOver(place.offset);
      viewer.resume(place);
    } else if (this.#canShowRaw()) this.#showRaw(viewer);
    else viewer.ask();
    this.#wasSeen = true;
    this.advance(viewer);
  }

  /** All from the start, on an empty screen. */
  #showRaw(viewer: Viewer): void {
    const { size, number: sizeNumber } = this.#stream.tape.sizeAt(0);
    const bytes = new Uint8Array();
    viewer.show(this.#stream, { bytes, offset: 0, size, sizeNumber });
  }

  #canShowRaw(): boolean {
    return !this.#wasSeen && this.#stream.tape.start === 0 &&
      Date.now() - this.#startedAt < QUESTIONS_OPEN_MS;
  }

  detach(viewer: Viewer, isBye: boolean): void {
    this.#audience.remove(viewer, isBye, Date.now());
    this.#brake();
  }

  /** A viewer may be sent more: it acknowledged, or its connection drained. */
  advance(viewer: Viewer): void {
    viewer.pump(Date.now());
    this.#brake();
  }

  inform(record: TerminalRecord): void {
    for (const viewer of this.#audience.viewers) viewer.inform(record);
    this.pumpAll();
  }

  /** Gives the terminal the size that the viewers want, if that is another. */
  applySize(): boolean {
    const wanted = this.#audience.size;
    const { cols, rows } = this.size;
    if (!wanted || (wanted.cols === cols && wanted.rows === rows)) return false;
    this.#stream.tape.resize({ cols: wanted.cols, rows: wanted.rows });
    this.#events.onSize(wanted);
    this.pumpAll();
    return true;
  }

  pumpAll(): void {
    const now = Date.now();
    for (const viewer of this.#audience.viewers) viewer.pump(now);
  }

  /** Sends the viewers away. */
  close(): void {
    for (const viewer of this.#audience.viewers) viewer.leave();
    clearTimeout(this.#recheck);
    this.#screen.close();
  }

  #open(size: TerminalSize): [Stream, Screen] {
    const tape = new Tape(size);
    const screen = new Screen(tape, this.#screens, () => this.#brake());
    return [{ id: crypto.randomUUID(), tape }, screen];
  }

  async #paintFor(viewer: Viewer, isAgain = false): Promise<void> {
    const [stream, screen] = [this.#stream, this.#screen];
    try {
      const painting = await screen.paint();
      viewer.show(stream, painting);
      this.advance(viewer);
    } catch (thrown) {
      log.failed("paint_failed", thrown);
      // Another worker draws it from what is on the tape.
      if (!isAgain) return await this.#paintFor(viewer, true);
      viewer.refuse("The screen could not be drawn. Attach again");
    }
  }

  /** Has the program wait or go on, and looks again when that may change. */
  #brake(): void {
    if (!this.#mayWait) return;
    const now = Date.now();
    const { end } = this.#stream.tape;
    const hold = this.#isResting || this.#screen.isBehind ||
      this.#audience.shouldHold(end, this.#isHeld, now);
    if (hold !== this.#isHeld) {
      this.#isHeld = hold;
      this.#events.onHold(hold);
    }
    clearTimeout(this.#recheck);
    if (!hold) return;
    const wait = this.#audience.nextDeadline(now) - now;
    if (wait === Infinity) return;
    this.#recheck = setTimeout(() => this.#brake(), wait);
  }
}
