/**
 * The bounds of a bridge, each with its reason. What happens at one is an
 * error to the client that met it, never a silent drop.
 */

export interface BridgeLimits {
  readonly messageBytes: number;
  readonly clients: number;
  readonly listeners: number;
  readonly calls: number;
  readonly callsPerClient: number;
  readonly asks: number;
  readonly unreadBytes: number;
  readonly streamBytes: number;
  readonly backlog: number;
  readonly startWaitMs: number;
  readonly callMs: number;
  readonly askMs: number;
  readonly quietMs: number;
  readonly keepAliveMs: number;
  readonly idleMs: number;
}

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

export const BRIDGE_LIMITS: BridgeLimits = {
  /** One message, either way: a large file in base64 still fits. */
  messageBytes: 4 * MIB,
  /** Sessions at once. Many clients never delete theirs: idle ones go first. */
  clients: 256,
  /** Those who hear of changes: sessions, and modern clients that listen. */
  listeners: 512,
  /** Calls in flight: far more than one process on stdio works off. */
  calls: 1_024,
  /** So that one client cannot take all of them. */
  callsPerClient: 128,
  /** Questions of the server that no client has answered yet. */
  asks: 64,
  /** Written to a server that does not read its input. */
  unreadBytes: 16 * MIB,
  /** Queued for one client that does not read its stream. */
  streamBytes: 8 * MIB,
  /** Changes kept for a client whose stream is not open at the moment. */
  backlog: 64,
  /** How long a request waits for a server that is starting: `npx` installs. */
  startWaitMs: 30_000,
  /** A tool may build or train; one that nobody ends must end some day. */
  callMs: 30 * MINUTE_MS,
  /** A question may wait for a person at another desk. */
  askMs: 10 * MINUTE_MS,
  /** An answer that takes longer becomes a stream, which can be kept alive. */
  quietMs: 3_000,
  /** Below the 10 s after which Bun 1.4.5 drops a quiet connection. */
  keepAliveMs: 5_000,
  /** A session unused for so long, without a stream, may be forgotten. */
  idleMs: 60 * MINUTE_MS,
};
