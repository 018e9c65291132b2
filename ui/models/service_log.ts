/**
 * What one service has written, as far as this page holds it.
 *
 * In blocks of a fixed number of lines that never change once they are full,
 * so that drawing a new line leaves all blocks but the last alone. Read once,
 * then followed; what was cut goes on from the last known place. Lines are
 * numbered, so what is missing between two of them is seen, and said there.
 */

import { computed, createModel, signal } from "@preact/signals";
import type { LogLine, LogPlace } from "../../server/protocol/service.ts";
import { isShown, isStart } from "./log_lines.ts";

/** Drawn as one: some hundred nodes stay out of the document's way. */
export const BLOCK_LINES = 200;

/** About 3 MB of text. Older lines are in the file. */
export const MAX_LINES = 20_000;

export interface LogChunk {
  readonly epoch: string;
  readonly lines: readonly LogLine[];
  /** So many lines before these are no longer to be had. */
  readonly missed: number;
}

export interface LogListener {
  lines(lines: readonly LogLine[]): void;
  /** The last. With `why` it was cut, without there will be no more. */
  end(why: string | undefined): void;
}

export interface Followed {
  /** Another than was asked for: it did not go on from there. */
  readonly epoch: string;
  /** The listener hears nothing more. */
  stop(): void;
}

export interface LogPort {
  /** Lines after `since`, or the last there are. */
  read(since: LogPlace | undefined): Promise<LogChunk>;
  /** What comes after `since`, as it comes. */
  follow(since: LogPlace, listener: LogListener): Promise<Followed>;
}

export interface LogBlock {
  /** Stays the same while lines are added. */
  readonly id: number;
  readonly lines: readonly LogLine[];
}

export type LogStatus =
  | { readonly kind: "loading" }
  | { readonly kind: "live" }
  /** What is here stays; the next try may go well. */
  | { readonly kind: "failed"; readonly why: string };

export type ServiceLogModel = InstanceType<typeof ServiceLogModel>;

export const ServiceLogModel = createModel((port: LogPort) => {
  const blocks = signal<readonly LogBlock[]>([]);
  const status = signal<LogStatus>({ kind: "loading" });
  const filter = signal("");
  const sinceStart = signal(false);
  /** Lines that came since the reader left the end; undefined at the end. */
  const pausedAt = signal<number | undefined>(undefined);
  const arrived = signal(0);
  /** What a reader who left the end looks at, once newer lines push it out. */
  const held = signal<readonly LogBlock[] | undefined>(undefined);
  let place: LogPlace | undefined;
  /** Being followed, being asked for, at rest, or at its end. */
  let followed: Followed | "asked" | "over" | undefined;
  /** Raised with every rest: what was asked before is then not wanted. */
  let age = 0;
  let nextId = 0;

  const wanted = computed(() => filter.value.trim().toLowerCase());
  /** The newest start, if lines before it are not wanted. */
  const shown = computed((): readonly LogBlock[] => {
    const all = held.value ?? blocks.value;
    return sinceStart.value ? afterLastStart(all) : all;
  });

  const add = (lines: readonly LogLine[]) => {
    if (lines.length === 0) return;
    const before = blocks.peek();
    const after = appendLines(before, lines, () => nextId++);
    const isPushedOut = before.length > 0 && before[0]?.id !== after[0]?.id;
    if (isPushedOut && pausedAt.peek() !== undefined) {
      held.value ??= before;
    }
    blocks.value = after;
    arrived.value += lines.length;
  };
  const empty = () => {
    blocks.value = [];
    held.value = undefined;
  };
  const goOn = (lines: readonly LogLine[]) => {
    const last = lines.at(-1);
    if (!place || !last) return;
    add(withGaps(lines, place.seq));
    place = { ...place, seq: last.seq };
  };
  const take = ({ epoch, lines, missed }: LogChunk) => {
    if (place?.epoch === epoch) return goOn(lines);
    // Another runner counts anew, and its first lines are the file's.
    empty();
    const [first] = lines;
    place = { epoch, seq: (first?.seq ?? 1) - 1 - missed };
    goOn(lines);
  };
  const fail = (why: string) => {
    followed = undefined;
    status.value = { kind: "failed", why };
  };
  const begin = async (mine: number) => {
    const chunk = await port.read(place);
    if (mine !== age) return;
    take(chunk);
    if (!place) return;
    const { epoch } = place;
    const now = await port.follow(place, {
      lines: goOn,
      end(why) {
        if (why !== undefined) return fail(why);
        followed = "over";
      },
    });
    if (mine !== age) return now.stop();
    if (now.epoch !== epoch) {
      now.stop();
      return fail("The runner is another one");
    }
    followed = now;
    status.value = { kind: "live" };
  };

  return {
    blocks: shown,
    status,
    filter,
    /** As lines are compared with it. */
    wanted,
    sinceStart,
    lineCount: computed(() => countLines(shown.value)),
    /** How many lines the filter leaves; undefined without one. */
    matchCount: computed(() => {
      const { value } = wanted;
      return value === "" ? undefined : countMatches(shown.value, value);
    }),
    isFollowing: computed(() => pausedAt.value === undefined),
    fresh: computed(() =>
      pausedAt.value === undefined ? 0 : arrived.value - pausedAt.value
    ),
    pause(): void {
      pausedAt.value ??= arrived.peek();
    },
    follow(): void {
      pausedAt.value = undefined;
      held.value = undefined;
    },
    /** All that is here, oldest first. */
    lines: (): readonly LogLine[] =>
      blocks.peek().flatMap(({ lines }) => lines),
    /** Sees that it is followed. Does nothing if it is, or is at its end. */
    async keepUp(): Promise<void> {
      if (followed) return;
      followed = "asked";
      const mine = age;
      try {
        await begin(mine);
      } catch (thrown) {
        if (mine !== age) return;
        fail(thrown instanceof Error ? thrown.message : "No answer");
      }
    },
    /** Nobody looks, or nothing can come. What is here stays. */
    rest(): void {
      age++;
      if (typeof followed === "object") followed.stop();
      followed = undefined;
    },
    /** Its service is gone: what comes by that name is another log. */
    forget(): void {
      place = undefined;
      empty();
      status.value = { kind: "loading" };
    },
  };
});

/** The same lines, with a word where numbers after `seq` are missing. */
function withGaps(lines: readonly LogLine[], seq: number): LogLine[] {
  const whole: LogLine[] = [];
  let last = seq;
  for (const line of lines) {
    const missed = line.seq - last - 1;
    if (missed > 0) whole.push(gapOf(missed, line.seq - 1));
    whole.push(line);
    last = line.seq;
  }
  return whole;
}

function gapOf(missed: number, seq: number): LogLine {
  const lines = missed === 1
    ? "1 line is"
    : `${missed.toLocaleString("en")} lines are`;
  return { seq, stream: "mark", text: `${lines} missing here` };
}

/** Fills the last block, opens new ones, and drops the oldest over the cap. */
export function appendLines(
  blocks: readonly LogBlock[],
  lines: readonly LogLine[],
  nextId: () => number,
): readonly LogBlock[] {
  const next = [...blocks];
  const newest = lines.slice(-MAX_LINES);
  const last = next.at(-1);
  let at = 0;
  if (last && last.lines.length < BLOCK_LINES) {
    at = BLOCK_LINES - last.lines.length;
    next[next.length - 1] = {
      id: last.id,
      lines: [...last.lines, ...newest.slice(0, at)],
    };
  }
  for (; at < newest.length; at += BLOCK_LINES) {
    next.push({ id: nextId(), lines: newest.slice(at, at + BLOCK_LINES) });
  }
  return next.slice(-MAX_LINES / BLOCK_LINES);
}

function afterLastStart(blocks: readonly LogBlock[]): readonly LogBlock[] {
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i];
    const at = block?.lines.findLastIndex(isStart) ?? -1;
    if (!block || at < 0) continue;
    return [
      { id: block.id, lines: block.lines.slice(at) },
      ...blocks.slice(i + 1),
    ];
  }
  return blocks;
}

function countLines(blocks: readonly LogBlock[]): number {
  return blocks.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** Full blocks are counted once for each filter. */
const counted = new WeakMap<
  readonly LogLine[],
  { filter: string; n: number }
>();

function countMatches(blocks: readonly LogBlock[], filter: string): number {
  let sum = 0;
  for (const { lines } of blocks) {
    let known = counted.get(lines);
    if (known?.filter !== filter) {
      known = { filter, n: lines.filter((one) => isShown(one, filter)).length };
      counted.set(lines, known);
    }
    sum += known.n;
  }
  return sum;
}
