/**
 * What the composer offers while a word is being typed: commands after a slash
 * at the start, files after an `@`. Pure, but for the model at the end, which
 * asks and keeps only the newest answer.
 */

import { createModel, signal } from "@preact/signals";
import type { FoundFile, SlashCommand } from "../../server/protocol/command.ts";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";

export interface Trigger {
  readonly kind: "command" | "file";
  /** What was typed after the sign. */
  readonly query: string;
  /** Where the sign stands. */
  readonly from: number;
}

export interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly detail: string;
  /** Replaces the text from the sign to the caret. */
  readonly insert: string;
  /** A folder: taking it goes on into it. */
  readonly opens: boolean;
}

/** As many as can be read without scrolling twice. */
const MAX_SUGGESTIONS = 50;

/** The word being typed at `caret`, if it asks for suggestions. */
export function findTrigger(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret);
  const command = /^\/(\S*)$/.exec(before);
  if (command) {
    return { kind: "command", query: command[1] ?? "", from: 0 };
  }
  const file = /(?:^|[\s([{"'])@(\S*)$/.exec(before);
  if (file) {
    const query = file[1] ?? "";
    return { kind: "file", query, from: caret - query.length - 1 };
  }
  return undefined;
}

export function suggestCommands(
  commands: readonly SlashCommand[],
  query: string,
): Suggestion[] {
  return bestFirst(commands, ({ name }) => fuzzyScore(query, name))
    .slice(0, MAX_SUGGESTIONS)
    .map((command) => ({
      key: `${command.source} ${command.name}`,
      label: `/${command.name}`,
      detail: command.description,
      insert: `/${command.name} `,
      opens: false,
    }));
}

export function suggestFiles(files: readonly FoundFile[]): Suggestion[] {
  return files.slice(0, MAX_SUGGESTIONS).map(({ path, isDirectory }) => ({
    key: path,
    label: isDirectory ? `${path}/` : path,
    detail: isDirectory ? "folder" : "",
    insert: isDirectory ? `@${path}/` : `@${path} `,
    opens: isDirectory,
  }));
}

/** The text with the trigger's word replaced, and where the caret then is. */
export function applySuggestion(
  text: string,
  caret: number,
  { trigger, suggestion }: { trigger: Trigger; suggestion: Suggestion },
): { text: string; caret: number } {
  const head = text.slice(0, trigger.from) + suggestion.insert;
  return { text: head + text.slice(caret), caret: head.length };
}

export interface CompletionSource {
  commands(): Promise<readonly SlashCommand[]>;
  files(query: string): Promise<readonly FoundFile[]>;
}

export type CompletionModel = InstanceType<typeof CompletionModel>;

export const CompletionModel = createModel((source: CompletionSource) => {
  const trigger = signal<Trigger | undefined>(undefined);
  const suggestions = signal<readonly Suggestion[]>([]);
  const active = signal(0);
  let commands: Promise<readonly SlashCommand[]> | undefined;
  let dismissedAt: number | undefined;
  let newest = 0;

  const close = () => {
    newest++;
    trigger.value = undefined;
    suggestions.value = [];
  };
  const show = (asked: number, found: readonly Suggestion[]) => {
    if (asked !== newest) return;
    suggestions.value = found;
    active.value = 0;
  };

  return {
    trigger,
    suggestions,
    active,
    /** Fetches the commands ahead of the first slash. */
    warmUp(): void {
      commands ??= source.commands().catch(() => {
        commands = undefined;
        return [];
      });
    },
    /** Looks at the text again; call after every change and caret move. */
    look(text: string, caret: number): void {
      const found = findTrigger(text, caret);
      if (found === undefined) dismissedAt = undefined;
      if (found === undefined || found.from === dismissedAt) return close();
      const asked = ++newest;
      trigger.value = found;
      if (found.kind === "command") {
        this.warmUp();
        commands?.then((all) => show(asked, suggestCommands(all, found.query)));
      } else {
        source.files(found.query).then((files) =>
          show(asked, suggestFiles(files))
        ).catch(() => show(asked, []));
      }
    },
    move(step: 1 | -1): void {
      const count = suggestions.peek().length;
      if (count > 0) active.value = (active.peek() + step + count) % count;
    },
    close,
    /** Closes and stays closed for this word. */
    dismiss(): void {
      dismissedAt = trigger.peek()?.from;
      close();
    },
  };
});
