/**
 * The faults of one file, collected while it is read: all of them, in the
 * original's words, each with its place.
 */

import type { ConfigFault } from "../../../protocol/service.ts";

/** Beyond this a file is not a service's at all, and the rest is counted. */
export const FAULTS_MAX = 50;

/** Of one message: what it quotes may be as long as the file. */
const MESSAGE_MAX = 500;

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where there is no better place: what is missing, or cannot be read. */
export const TOP: Place = { line: 1, column: 1 };

export class Faults {
  readonly file: string;
  readonly #list: ConfigFault[] = [];
  #more = 0;

  constructor(file: string) {
    this.file = file;
  }

  get any(): boolean {
    return this.#list.length > 0;
  }

  add(place: Place, message: string): void {
    if (this.#list.length >= FAULTS_MAX) {
      this.#more++;
      return;
    }
    // The parser counts from 0 in rare cases.
    const line = Math.max(place.line, 1);
    const column = Math.max(place.column, 1);
    const shown = message.length > MESSAGE_MAX
      ? `${message.slice(0, MESSAGE_MAX)} …`
      : message;
    this.#list.push({ file: this.file, line, column, message: shown });
  }

  unreadable(why: string): void {
    this.add(TOP, `failed to read ${this.file}: ${why}`);
  }

  unparsable(place: Place, why: string): void {
    this.add(place, `failed to parse KDL in ${this.file}: ${why}`);
  }

  missing(field: string): void {
    this.add(TOP, `missing required field \`${field}\` in ${this.file}`);
  }

  invalid(field: string, place: Place, why: string): void {
    this.add(place, `invalid value for \`${field}\` in ${this.file}: ${why}`);
  }

  /** In the order in which a person meets them in the file. */
  list(): ConfigFault[] {
    const sorted = this.#list.toSorted((a, b) =>
      a.line - b.line || a.column - b.column
    );
    if (this.#more === 0) return sorted;
    const message = `${this.#more} more faults in ${this.file}`;
    return [...sorted, { file: this.file, ...TOP, message }];
  }
}
