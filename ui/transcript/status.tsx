/** One sentence per event for a screen reader; nobody sees it. */

import type { Activity } from "../../server/protocol/node.ts";
import { useMemo } from "preact/hooks";

interface StatusProps {
  /** Whose status it is: another one starts in silence. */
  of: unknown;
  name: string;
  activity: Activity | undefined;
}

export function Status({ of, name, activity }: StatusProps) {
  const spoken = useMemo(() => ({ kind: activity?.kind, words: "" }), [of]);
  if (activity && activity.kind !== spoken.kind) {
    // The first word after opening is no event: nothing changed before it.
    if (spoken.kind) spoken.words = sentence(name, activity, spoken.kind);
    spoken.kind = activity.kind;
  }
  return <div class="tx-hidden" role="status">{spoken.words}</div>;
}

function sentence(
  name: string,
  activity: Activity,
  before: Activity["kind"],
): string {
  switch (activity.kind) {
    case "working":
      return `${name} is working`;
    case "waiting":
      return `${name} asks: ${activity.question}`;
    case "error":
      return `${name} failed: ${activity.message}`;
    case "idle":
      return before === "working" ? `${name} finished` : "";
  }
}
