/**
 * Which protocol this is, and what each side may say it can do.
 *
 * Both sides name a version; the lower one is spoken. A capability is a name
 * in a list: a side that does not know it ignores it, and nobody uses what the
 * other side has not named. Bumped in the commit that changes a frame.
 */

/** Version of the uplink and of the viewer's dialect. */
export const PROTOCOL_VERSION = 2;

/** Subprotocol a viewer offers on `/ws/agent/{id}` to be spoken to in ours. */
export const VIEWER_SUBPROTOCOL = "hyper-pi.2";

/**
 * Added by pi-socket to its uplink's URL. Such a socket is sent no `init`:
 * an agent has no use for a list of all the others.
 */
export const UPLINK_QUERY = "uplink";

/** What an agent can be asked for. Absent on a pi that is too old for it. */
export type AgentCapability =
  | "commands" // Runs slash commands (pi 0.84.2).
  | "settled" // Tells when it has come to rest (pi 0.80.4).
  | "dialogs" // Tells when a dialog waits for a person (pi 0.84.4).
  | "attachments"; // Takes images and files with a prompt.

/** What a hypivisor offers to an agent or a page. */
export type DaemonCapability =
  | "store" // Transcripts outlive the daemon.
  | "legacy" // Speaks the dialect of the original too.
  | "terminals" // Opens terminals and spawns agents.
  | "services"; // Runs services, and tells of them.
