/**
 * The terminals as this browser tab knows them: one record each.
 *
 * Written only by the registry's frames, like the nodes. What is on a
 * terminal's screen is another matter: `open_terminal.ts`.
 */

import {
  batch,
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { fuzzyScore } from "../fuzzy.ts";
import { terminalName } from "../words.ts";

export interface TerminalsLink {
  /** The whole list, whenever it begins anew. */
  readonly start: ReadonlySignal<readonly TerminalRecord[]>;
  onPush(listener: (push: ClientPush) => void): () => void;
}

type Records = ReadonlyMap<TerminalId, TerminalRecord>;

export type TerminalsModel = InstanceType<typeof TerminalsModel>;

export const TerminalsModel = createModel((link: TerminalsLink) => {
  const byId = signal<Records>(new Map());
  /** When this browser last had each before its eyes. */
  const seenAt = signal<ReadonlyMap<TerminalId, number>>(new Map());

  effect(() => {
    byId.value = new Map(link.start.value.map((one) => [one.id, one]));
  });
  effect(() =>
    link.onPush((push) => byId.value = applyTerminal(byId.peek(), push))
  );
  const all = computed(() =>
    [...byId.value.values()].sort((a, b) =>
      a.openedAt - b.openedAt || a.id.localeCompare(b.id)
    )
  );

  return {
    byId,
    /** In the order in which they were opened. */
    all,
    shells: computed(() => all.value.filter(({ kind }) => kind === "shell")),
    runningCount: computed(() =>
      all.value.filter(({ state }) => state.kind === "running").length
    ),
    /** Those whose bell rang while nobody looked. */
    ringing: computed((): ReadonlySet<TerminalId> =>
      new Set(
        all.value
          .filter(({ id, bellAt = 0, openedAt }) =>
            bellAt > (seenAt.value.get(id) ?? openedAt)
          )
          .map(({ id }) => id),
      )
    ),
    see(id: TerminalId, now: number): void {
      const known = byId.peek();
      const rest = [...seenAt.peek()].filter(([other]) => known.has(other));
      seenAt.value = new Map(rest).set(id, now);
    },
    /** Takes what a call has answered, ahead of the push that says the same. */
    put(record: TerminalRecord): void {
      batch(() => byId.value = new Map(byId.peek()).set(record.id, record));
    },
  };
});

/** Returns a new map; records that did not change keep their identity. */
export function applyTerminal(records: Records, push: ClientPush): Records {
  switch (push.method) {
    case "terminal_set":
      return new Map(records).set(
        push.params.terminal.id,
        push.params.terminal,
      );
    case "terminal_gone": {
      const rest = new Map(records);
      rest.delete(push.params.id);
      return rest;
    }
    default:
      return records;
  }
}

/** Those that `query` may mean, best first; all of them if it is empty. */
export function findTerminals(
  records: readonly TerminalRecord[],
  query: string,
): TerminalRecord[] {
  return records
    .map((record) => ({
      record,
      score: Math.max(
        2 * fuzzyScore(query, terminalName(record)),
        fuzzyScore(query, record.cwd ?? record.folder),
      ),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ record }) => record);
}
