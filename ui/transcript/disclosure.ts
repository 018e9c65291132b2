/** Which rows a person opened or closed, and the two switches for all. */

import { batch, type ReadonlySignal, signal } from "@preact/signals";

/** What a row is by itself, before anyone touches it. */
export type Group = "tool" | "thinking" | "turn";

export class Disclosure {
  readonly #own = signal<ReadonlyMap<string, boolean>>(new Map());
  readonly #all = signal<Readonly<Record<Group, boolean>>>({
    tool: false,
    thinking: false,
    turn: false,
  });

  /** Read in a component or a computed: both notice when it changes. */
  isOpen(key: string, group: Group, byItself = false): boolean {
    const own = this.#own.value.get(key);
    return own ?? (this.#all.value[group] || byItself);
  }

  set(key: string, open: boolean): void {
    this.#own.value = new Map(this.#own.peek()).set(key, open);
  }

  /** Opens all of a group, or closes them; what was set one by one is over. */
  toggleAll(group: Group): void {
    batch(() => {
      const all = this.#all.peek();
      this.#all.value = { ...all, [group]: !all[group] };
      if (group !== "turn") this.#own.value = this.#turnsOnly();
    });
  }

  #turnsOnly(): ReadonlyMap<string, boolean> {
    return new Map(
      [...this.#own.peek()].filter(([key]) => key.startsWith("worked:")),
    );
  }
}

/** What every row may read besides its own content. */
export interface Scope {
  readonly disclosure: Disclosure;
  /** The agent's folder; paths below it are shown from there. */
  readonly cwd: ReadonlySignal<string | undefined>;
  /** While true, texts that grow out of sight are left as they are. */
  readonly held: ReadonlySignal<boolean>;
  /** Milliseconds since the epoch, once a second while something runs. */
  readonly now: ReadonlySignal<number>;
  /** Measured thinking times by row key. */
  readonly thoughts: ReadonlySignal<ReadonlyMap<string, number>>;
  readonly onQuote?: (text: string) => void;
}
