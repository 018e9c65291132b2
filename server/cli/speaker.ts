/**
 * Says an answer while it is being written: every letter once, whether it came
 * in pieces, as a whole, or both after a cut. Pure, but for what was said.
 */

import type { Change } from "../protocol/event.ts";
import type { Flight, FlightBlock, Item, ItemKey } from "../protocol/item.ts";
import { plainLines } from "./style.ts";
import { answerText } from "./transcript_text.ts";

export class Speaker {
  readonly #say: (text: string) => void;
  #key: ItemKey | undefined;
  #blocks: FlightBlock[] = [];
  /** Of the answer in flight, as it was said. */
  #said = "";
  /** Sequences may be cut by the pieces: then the whole is looked at. */
  #isOdd = false;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Whether an answer was begun and is not finished. */
  get isSpeaking(): boolean {
    return this.#said !== "";
  }

  /** The message in flight is exactly this. */
  flight(flight: Flight | null): void {
    if (!flight) return;
    if (flight.key !== this.#key) this.#begin(flight.key);
    this.#blocks = [...flight.blocks];
    this.#catchUp();
  }

  change(change: Change): void {
    if (change.type === "flight") this.flight(change.flight);
    if (change.type === "block") {
      this.#blocks[change.at] = change.block;
      this.#catchUp();
    }
    if (change.type === "delta") this.#add(change.at, change.text);
  }

  /** The answer is complete. Says what is missing, and ends the line. */
  finish(item: Item): void {
    if (item.kind !== "message" || item.message.role !== "assistant") return;
    if (item.key !== this.#key) this.#begin(item.key);
    const whole = answerText(item.message.content);
    // Not what was said of it: an extension changed it, or it was cut.
    if (!whole.startsWith(this.#said)) this.#begin(item.key);
    this.#sayRest(whole);
    if (this.#said !== "" && !this.#said.endsWith("\n")) this.#say("\n");
    this.#key = undefined;
    this.#blocks = [];
    this.#said = "";
  }

  #begin(key: ItemKey): void {
    if (this.#said !== "") this.#say("\n");
    this.#key = key;
    this.#blocks = [];
    this.#said = "";
    this.#isOdd = false;
  }

  #add(at: number, text: string): void {
    const block = this.#blocks[at];
    if (!block) return;
    this.#blocks[at] = { ...block, text: block.text + text };
    if (block.kind !== "text") return;
    this.#isOdd ||= ODD.test(text);
    const isLast = this.#blocks.findLastIndex(isSpoken) === at;
    const isPlain = !this.#isOdd;
    if (isPlain && isLast && block.text !== "") {
      this.#say(text);
      this.#said += text;
    } else this.#catchUp();
  }

  #catchUp(): void {
    const texts = this.#blocks.filter(isSpoken)
      .map(({ text }) => plainLines(text));
    this.#sayRest(texts.join("\n\n"));
  }

  #sayRest(whole: string): void {
    if (!whole.startsWith(this.#said)) return;
    const rest = whole.slice(this.#said.length);
    if (rest !== "") this.#say(rest);
    this.#said = whole;
  }
}

/** What may not be said as it is: control characters but for line ends. */
const ODD = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

function isSpoken(block: FlightBlock | undefined): block is FlightBlock {
  return block?.kind === "text" && block.text.trim() !== "";
}
