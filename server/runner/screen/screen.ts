/**
 * The screen of one run of a terminal: kept up with the tape at the least cost,
 * and painted when a viewer needs it.
 *
 * As long as nobody looks and the tape has room, nothing is done. Then output
 * that makes no difference is left out, and the rest goes to the mirror.
 */

import { logger } from "../../log.ts";
import { Backlog } from "./backlog.ts";
import type { MirrorFacts, MirrorId } from "./screen_message.ts";
import type { Screens } from "./screens.ts";
import { type Tape, TAPE_MAX_BYTES } from "../tape.ts";
import type { Painting } from "../viewer.ts";

const log = logger("screen");

/**
 * Of backlog, at which something has to be done for the tape to go on. What is
 * on its way when the program has to wait must fit on it still.
 */
const HIGH_BYTES = TAPE_MAX_BYTES * 5 / 8;

/** Given to the mirror at once: 10 to 30 ms of parsing. */
const PART_BYTES = 256 * 1024;

/** Given to it and not parsed yet. Beyond, the tape has to hold it. */
const UNDER_WAY_MAX_BYTES = 1024 * 1024;

/** As a mirror begins. */
const FRESH: MirrorFacts = { isPlain: true, wraps: true, column: 0 };

export class Screen {
  readonly #tape: Tape;
  readonly #screens: Screens;
  readonly #mirror: MirrorId;
  readonly #firstSize: Tape["size"]["size"];
  readonly #onRoom: () => void;
  #backlog: Backlog;
  /** Undefined while it is being fed. */
  #facts: MirrorFacts | undefined = FRESH;
  /** Said once: a flood has many. */
  #hadGap = false;
  /** Bytes of each feed that is not parsed yet. */
  #underWay: number[] = [];

  /** @param onRoom Called when it may have caught up. */
  constructor(tape: Tape, screens: Screens, onRoom: () => void) {
    this.#tape = tape;
    this.#screens = screens;
    this.#onRoom = onRoom;
    this.#firstSize = tape.size.size;
    this.#backlog = new Backlog(tape);
    this.#mirror = screens.add({
      onFed: (facts) => this.#onFed(facts),
      onLost: () => this.#onLost(),
    });
  }

  /** Whether more output would be lost to it. */
  get isBehind(): boolean {
    return this.#backlog.length > HIGH_BYTES;
  }

  /** Makes room on the tape, if it needs some. Called after each output. */
  keepUp(): void {
    while (this.isBehind) {
      if (this.#facts && this.#backlog.skip(this.#facts)) continue;
      if (sum(this.#underWay) >= UNDER_WAY_MAX_BYTES) return;
      this.#feed(PART_BYTES);
    }
  }

  /** @throws {HypivisorError} `unavailable` if it could not be drawn. */
  async paint(): Promise<Painting> {
    this.#feed(Infinity);
    const { end: offset, size: { number: sizeNumber, size } } = this.#tape;
    const bytes = await this.#screens.paint(this.#mirror);
    return { bytes, offset, size, sizeNumber };
  }

  /** @throws {HypivisorError} `unavailable` if it could not be drawn. */
  tail(lines: number): Promise<string> {
    this.#feed(Infinity);
    return this.#screens.tail(this.#mirror, lines);
  }

  close(): void {
    this.#screens.forget(this.#mirror);
  }

  #feed(most: number): void {
    if (this.#backlog.hasGap && !this.#hadGap) {
      // A program that may not wait printed more than can be drawn. The modes
      // and all that it draws anew are right; lines of it are missing.
      log.warn("screen_incomplete", { mirror: this.#mirror });
      this.#hadGap = true;
    }
    const before = this.#backlog.length;
    const steps = this.#backlog.take(most);
    this.#underWay.push(before - this.#backlog.length);
    this.#facts = undefined;
    this.#screens.feed({ mirror: this.#mirror, size: this.#firstSize, steps });
  }

  #onFed(facts: MirrorFacts): void {
    this.#underWay.shift();
    if (this.#underWay.length === 0) this.#facts = facts;
    this.keepUp();
    this.#onRoom();
  }

  /** Begins anew with what is on the tape. */
  #onLost(): void {
    this.#underWay = [];
    this.#facts = undefined;
    this.#backlog = new Backlog(this.#tape);
    this.keepUp();
    this.#onRoom();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
