/**
 * The terminals that this page shows or has shown lately.
 *
 * Those in sight are attached; the others keep their screen and their place,
 * so that coming back shows it at once and then only what was missed. A page
 * that is out of sight is no viewer: a program would be made to wait for it.
 */

import { createModel, effect, signal } from "@preact/signals";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import {
  type OpenTerminal,
  openTerminal,
  type OpenTerminalPort,
} from "./open_terminal.ts";

interface Kept {
  readonly terminal: OpenTerminal;
  /** Places on the page that show it. */
  shown: number;
}

/** A screen with its scrollback takes some megabytes. */
const MAX_KEPT = 8;

export type OpenTerminalsModel = InstanceType<typeof OpenTerminalsModel>;

export const OpenTerminalsModel = createModel(
  (port: OpenTerminalPort) => {
    const kept = new Map<TerminalId, Kept>();
    /** It gets the focus as soon as it is on the page. */
    const focusNext = signal<TerminalId | undefined>(undefined);

    const drop = (id: TerminalId) => {
      kept.get(id)?.terminal.dispose();
      kept.delete(id);
    };
    const tidy = () => {
      for (const [id, { shown }] of kept) {
        const isGone = !port.records.peek().has(id);
        if (shown === 0 && (isGone || kept.size > MAX_KEPT)) drop(id);
      }
    };

    effect(() => {
      void port.records.value;
      tidy();
    });

    return {
      focusNext,
      /** A person has asked for this one: what they type next is for it. */
      focus(id: TerminalId): void {
        focusNext.value = id;
      },
      /** Attaches, until `leave` was called as often. */
      enter(id: TerminalId): OpenTerminal {
        const found = kept.get(id) ??
          { terminal: openTerminal(id, port), shown: 0 };
        kept.delete(id);
        kept.set(id, found);
        found.shown++;
        found.terminal.start();
        tidy();
        return found.terminal;
      },
      leave(id: TerminalId): void {
        const found = kept.get(id);
        if (!found) return;
        found.shown--;
        if (found.shown === 0) found.terminal.stop();
        tidy();
      },
      /** Those that have a screen here. */
      each(run: (terminal: OpenTerminal) => void): void {
        for (const { terminal } of kept.values()) run(terminal);
      },
      find: (id: TerminalId) => kept.get(id)?.terminal,
    };
  },
);
