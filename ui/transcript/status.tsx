/** One sentence per event for a screen reader; nobody sees it. */

import type { Activity } from "../../server/protocol/node.ts";
import { useRef } from "preact/hooks";

interface StatusProps {
  name: string;
  activity: Activity | undefined;
}

export function Status({ name, activity }: StatusProps) {
  const before = useRef(activity?.kind);
  const said = useRef("");
  if (activity && activity.kind !== before.current) {
    said.current = sentence(name, activity, before.current);
    before.current = activity.kind;
  }
  return <div class="tx-hidden" role="status">{said.current}</div>;
}

function sentence(
  name: string,
  activity: Activity,
  before: Activity["kind"] | undefined,
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
