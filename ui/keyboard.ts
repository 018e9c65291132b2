/** The page's one keyboard listener: finds the action of a key and runs it. */

import type { Action } from "./actions.ts";
import {
  IS_MAC,
  isField,
  isTerminal,
  matches,
  type Shortcut,
  shortcut,
} from "./keys.ts";

/** The second letter of two must follow within this time. */
const SECOND_WITHIN_MS = 1_500;

interface Bound {
  readonly action: Action;
  readonly keys: Shortcut;
}

/**
 * Listens until the returned function is called.
 *
 * @param isCovered While true, only keys with a modifier act: a dialog is open.
 */
export function listenToKeys(
  actions: readonly Action[],
  isCovered: () => boolean,
): () => void {
  const bound = bind(actions);
  const firsts = new Set(bound.flatMap(({ keys }) => keys.after ?? []));
  let first: { readonly key: string; readonly at: number } | undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { activeElement } = document;
    const typing = isField(activeElement);
    const inTerminal = isTerminal(activeElement);
    const isBare = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isSoon = first && event.timeStamp - first.at < SECOND_WITHIN_MS;
    const before = isBare && isSoon ? first?.key : undefined;
    first = undefined;
    for (const { action, keys } of bound) {
      if (keys.after !== before) continue;
      if (!keys.inFields && (typing || isCovered())) continue;
      if (inTerminal && !actsInTerminal(action, keys)) continue;
      if (!matches(keys, event, IS_MAC) || action.isOff?.()) continue;
      event.preventDefault();
      action.run();
      return;
    }
    if (isBare && firsts.has(event.key) && !typing && !inTerminal) {
      first = { key: event.key, at: event.timeStamp };
    }
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/** Whether a key pressed in a terminal is the page's and not the program's. */
export function pageKeys(
  actions: readonly Action[],
): (event: KeyboardEvent) => boolean {
  const bound = bind(actions)
    .filter(({ action, keys }) => actsInTerminal(action, keys));
  return (event) =>
    bound.some(({ action, keys }) =>
      matches(keys, event, IS_MAC) && !action.isOff?.()
    );
}

function bind(actions: readonly Action[]): readonly Bound[] {
  return actions.flatMap((action) =>
    [action.keys, action.alsoKeys].flatMap((keys) =>
      keys ? [{ action, keys: shortcut(keys) }] : []
    )
  );
}

/** Programs use Ctrl and Alt themselves, but none can see the ⌘ of a Mac. */
function actsInTerminal(action: Action, keys: Shortcut): boolean {
  return action.inTerminal === true || (IS_MAC && keys.mods.includes("mod"));
}
