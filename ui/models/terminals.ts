/**
 * The terminals as this browser tab knows them: one record each.
 *
 * Written only by the registry's frames, like the nodes. What is on a
 * terminal's screen is another matter: `open_terminal.ts`.
 */

import { computed, createModel, signal } from "@preact/signals";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";
import { terminalName } from "../words.ts";
import { heldRecords, type RecordKind, type RecordsLink } from "./records.ts";

const TERMINALS: RecordKind<TerminalId, TerminalRecord> = {
  keyOf: ({ id }) => id,
  read({ method, params }) {
    if (method === "terminal_set") return { set: params.terminal };
    return method === "terminal_gone" ? { gone: params.id } : undefined;
  },
};

export type TerminalsModel = InstanceType<typeof TerminalsModel>;

export const TerminalsModel = createModel(
  (link: RecordsLink<TerminalRecord>) => {
    const byId = heldRecords(link, TERMINALS);
    /** When this browser last had each before its eyes. */
    const seenAt = signal<ReadonlyMap<TerminalId, number>>(new Map());

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
        byId.value = new Map(byId.peek()).set(record.id, record);
      },
    };
  },
);

/** Those that `query` may mean, best first; all of them if it is empty. */
export function findTerminals(
  records: readonly TerminalRecord[],
  query: string,
): TerminalRecord[] {
  return bestFirst(records, (record) =>
    Math.max(
      2 * fuzzyScore(query, terminalName(record)),
      fuzzyScore(query, record.cwd ?? record.folder),
    ));
}
