/**
 * A terminal of the runner shown in ours, until one of the two ends or the
 * person leaves. Joins the link and the local terminal; resolves to how it
 * ended, with the local terminal as it was before.
 */

import { constants } from "node:os";
import type { HypivisorError } from "../../errors.ts";
import type { TerminalId, TerminalRecord } from "../../protocol/terminal.ts";
import type { Connection } from "../connection.ts";
import { type DetachKey, KeyWatch } from "./detach_key.ts";
import { LocalTerminal } from "./local_terminal.ts";
import { TerminalLink } from "./terminal_link.ts";

/** The rest of a key's sequence comes at once, or it was not one. */
const KEY_WITHIN_MS = 20;

/** A restart of the daemon takes less; of a longer wait a person is told. */
const QUIET_FOR_MS = 3_000;

/**
 * That a program has ended may be told before its last words have come: a
 * screen that lags behind gets them as it takes them. This long after the last
 * of them there are no more.
 */
const LAST_WORDS_MS = 100;

/** They are put on the screen on the slowest line, or given up. */
const REST_WITHIN_MS = 10_000;

/** A piece that is being written is waited for, so that no reset cuts into it. */
const PIECE_WITHIN_MS = 500;

/** Leaves a terminal in which nothing can be typed, beside the detach key. */
const INTERRUPT = 0x03;

const BELL = Uint8Array.of(0x07);

/** How it ended. */
export type Outcome =
  | { readonly kind: "detached" }
  | { readonly kind: "exited"; readonly terminal: TerminalRecord }
  | { readonly kind: "failed"; readonly error: HypivisorError }
  /** By a signal, or because our own terminal is gone. */
  | { readonly kind: "killed"; readonly code: number };

export interface SessionOptions {
  readonly terminal: TerminalId;
  readonly readOnly: boolean;
  readonly detachKey: DetachKey;
}

export async function showTerminal(
  connection: Connection,
  { terminal, readOnly, detachKey }: SessionOptions,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const keys = new KeyWatch(detachKey);
  let holding: ReturnType<typeof setTimeout> | undefined;
  let telling: ReturnType<typeof setTimeout> | undefined;
  let ending: ReturnType<typeof setTimeout> | undefined;
  /** What is known of the terminal since its program has ended. */
  let last: TerminalRecord | undefined;
  let isFirst = true;

  using local = new LocalTerminal({
    input(bytes) {
      clearTimeout(holding);
      const watched = keys.feed(bytes);
      pass(watched.bytes);
      const isLeaving = watched.isDetached ||
        (readOnly && bytes.includes(INTERRUPT));
      if (isLeaving) return resolve({ kind: "detached" });
      if (keys.isHolding) {
        holding = setTimeout(() => pass(keys.flush()), KEY_WITHIN_MS);
      }
    },
    resized: (size) => link.resize(size),
    continued: () => link.refresh(),
    ended: (code) => resolve({ kind: "killed", code }),
  });
  using link: TerminalLink = new TerminalLink(connection, local.size, {
    terminal,
    readOnly,
    name: "hypivisor attach",
  }, {
    attached(record) {
      clearTimeout(telling);
      // As with tmux, who comes has the size; who was cut off had it before.
      if (isFirst && !readOnly) link.claim();
      isFirst = false;
      if (record.state.kind !== "running") ended(record);
    },
    screen: () => local.clear(),
    sized: () => local.forgetRegion(),
    bytes(bytes, taken) {
      local.write(bytes, () => {
        taken();
        if (last) ended(last);
      });
    },
    terminal(record) {
      if (record.state.kind !== "running") ended(record);
    },
    lost() {
      if (last) return resolve({ kind: "exited", terminal: last });
      clearTimeout(telling);
      telling = setTimeout(() => {
        link.forgetPlace();
        const leave = detachKey.keys.length > 0
          ? `; ${detachKey.name} leaves`
          : "";
        local.notice(`The hypivisor is away, reconnecting${leave}`);
      }, QUIET_FOR_MS);
    },
    failed: (error) => resolve({ kind: "failed", error }),
  });

  function pass(bytes: Uint8Array): void {
    if (bytes.length === 0 || readOnly) return;
    const { typing } = link;
    if (!typing.type(bytes)) return local.write(BELL);
    if (!typing.isFull) return;
    local.isReading = false;
    void typing.sent().then(() => local.isReading = true);
  }

  function ended(record: TerminalRecord): void {
    last = record;
    clearTimeout(ending);
    ending = setTimeout(
      () => resolve({ kind: "exited", terminal: record }),
      LAST_WORDS_MS,
    );
  }

  const outcome = await promise;
  clearTimeout(holding);
  clearTimeout(telling);
  clearTimeout(ending);
  const isEnd = outcome.kind === "exited";
  if (!isEnd) local.dropUnwritten();
  await Promise.race([
    local.flushed(),
    Bun.sleep(isEnd ? REST_WITHIN_MS : PIECE_WITHIN_MS),
  ]);
  return outcome;
}

/** The exit code of the program that ended, as a shell has it. */
export function exitCodeOf({ state }: TerminalRecord): number {
  if (state.kind !== "exited") return 1;
  if (state.code !== null) return state.code;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[state.signal ?? ""] ?? 0);
}
