/**
 * The one status of a node, worked out from what is known of it.
 *
 * Pure: what the agent says it does, whether it is there, and whether a person
 * has looked since it finished. Shown everywhere as this function has it.
 */

import type {
  Activity,
  NodeState,
  OfflineReason,
  UnixMs,
} from "../protocol/node.ts";

/** Whether an agent's link is there. */
export type Presence =
  | { readonly kind: "live"; readonly since: UnixMs }
  | {
    readonly kind: "offline";
    readonly since: UnixMs;
    readonly reason: OfflineReason;
  };

/** The end of a run that nobody may have looked at yet. */
export interface Finish {
  readonly at: UnixMs;
  /** First line of the last answer. */
  readonly summary: string;
}

export function nodeState(
  presence: Presence,
  activity: Activity | undefined,
  unseen: Finish | undefined,
): NodeState {
  if (presence.kind === "offline") return presence;
  if (!activity) return { kind: "starting", since: presence.since };
  switch (activity.kind) {
    case "waiting":
    case "working":
    case "error":
      return activity;
    case "idle":
      return unseen
        ? { kind: "done", since: unseen.at, summary: unseen.summary }
        : activity;
  }
}
