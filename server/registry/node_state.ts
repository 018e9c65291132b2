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
  /** Its process was started here; it has not registered. */
  | {
    readonly kind: "spawned";
    readonly since: UnixMs;
    /** What it asks, before it does anything else. */
    readonly question: string | undefined;
  }
  /** Its process could not be started, or ended before it registered. */
  | {
    readonly kind: "failed";
    readonly since: UnixMs;
    readonly message: string;
  }
  | {
    readonly kind: "offline";
    readonly since: UnixMs;
    readonly reason: OfflineReason;
  };

/** Whether there is a process behind the node, as far as can be told. */
export function isRunning({ kind }: Presence): boolean {
  return kind === "live" || kind === "spawned";
}

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
  const { since } = presence;
  switch (presence.kind) {
    case "offline":
      return presence;
    case "failed":
      return { kind: "error", since, message: presence.message };
    case "spawned":
      return presence.question === undefined
        ? { kind: "starting", since }
        : { kind: "waiting", since, question: presence.question };
  }
  if (!activity) return { kind: "starting", since };
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
