/** The page's one keyboard listener: finds the action of a key and runs it. */

import type { Action } from "./actions.ts";
import { IS_MAC, isField, matches, shortcut } from "./keys.ts";

/**
 * Listens until the returned function is called.
 *
 * @param isCovered While true, only keys with a modifier act: a dialog is open.
 */
export function listenToKeys(
  actions: readonly Action[],
  isCovered: () => boolean,
): () => void {
  const bound = actions.flatMap((action) =>
    [action.keys, action.alsoKeys].flatMap((keys) =>
      keys ? [{ action, keys: shortcut(keys) }] : []
    )
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isField(document.activeElement);
    for (const { action, keys } of bound) {
      if (!keys.inFields && (typing || isCovered())) continue;
      if (!matches(keys, event, IS_MAC) || action.isOff?.()) continue;
      event.preventDefault();
      action.run();
      return;
    }
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
