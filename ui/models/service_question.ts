/** What an agent is asked about a service: its state and the end of its log. */

import type { UnixMs } from "../../server/protocol/node.ts";
import type { LogLine, ServiceRecord } from "../../server/protocol/service.ts";
import type { Draft } from "./drafts.ts";
import { lastLines } from "./log_lines.ts";
import {
  sayFault,
  sayPlace,
  serviceWord,
  stateReason,
} from "./service_words.ts";

/** What the brief of a failure needs; the agent can read the file itself. */
export const LINES_FOR_AGENT = 100;

export interface Asked {
  readonly record: ServiceRecord;
  readonly lines: readonly LogLine[];
  readonly now: UnixMs;
}

export function questionOf({ record, lines, now }: Asked): string {
  const { name, state, file, command, faults } = record;
  const reason = stateReason(record, now);
  const facts = [
    `The service \`${name}\` is ${serviceWord(state.kind).toLowerCase()}` +
    (reason ? `: ${reason}` : "."),
    `Its file is \`${file}\`` +
    (command.length > 0 ? `, its command \`${command.join(" ")}\`.` : "."),
    ...faults.map((fault) => `- ${sayPlace(fault)}: ${sayFault(fault)}`),
  ];
  const text = lastLines(lines, LINES_FOR_AGENT);
  if (text === "") return facts.join("\n");
  const count = Math.min(lines.length, LINES_FOR_AGENT);
  const fence = fenceFor(text);
  return `${facts.join("\n")}\n\nThe last ${count} lines of its log:\n\n` +
    `${fence}text\n${text}\n${fence}`;
}

/** Behind what is written already; the caret where the person goes on. */
export function addQuestion(draft: Draft, question: string): Draft {
  const before = draft.text.trimEnd();
  const start = before === "" ? "" : `${before}\n\n`;
  const text = `${start}${question}\n\n`;
  return { ...draft, text, caret: text.length };
}

/** One that no line of the log can end. */
function fenceFor(text: string): string {
  const longest = Math.max(
    2,
    ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length),
  );
  return "`".repeat(longest + 1);
}
