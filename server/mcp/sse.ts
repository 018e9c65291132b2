/**
 * Server-sent events, as far as MCP needs them: data out of a stream of text,
 * and one message as an event.
 *
 * Ids and retry times are passed over: nothing here resumes a stream.
 */

import { HypivisorError } from "../errors.ts";

/** Takes text in pieces of any cut and returns the data of whole events. */
export class SseReader {
  readonly #max: number;
  #rest = "";
  #data: string[] = [];
  #size = 0;

  /** `max` bounds one event in characters. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Returns the data of every event that `text` completes.
   *
   * @throws {HypivisorError} `bad_request` if an event is larger than allowed.
   */
  push(text: string): string[] {
    const events: string[] = [];
    const isOneLine = !/[\r\n]/.test(text) && !this.#rest.endsWith("\r");
    // A large event comes in many pieces: looking only at the new one keeps
    // the whole at one pass.
    if (isOneLine) this.#rest += text;
    else {
      const lines = (this.#rest + text).split(/\r\n|\n|\r(?=[^\n])/);
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line, events);
    }
    if (this.#size + this.#rest.length > this.#max) {
      throw new HypivisorError(
        "bad_request",
        `Cannot read the event stream: one event has over ${this.#max} characters`,
      );
    }
    return events;
  }

  #take(line: string, events: string[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push(this.#data.join("\n"));
      this.#data = [];
      this.#size = 0;
      return;
    }
    if (line !== "data" && !line.startsWith("data:")) return;
    this.#data.push(line.slice(5).replace(/^ /, ""));
    this.#size += line.length;
  }
}

/** One message as an event; JSON has no newlines of its own. */
export function sseEvent(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** Keeps a quiet stream from being taken for a dead one. */
export const SSE_KEEP_ALIVE = ": keep-alive\n\n";
