/** Why a socket was closed: the code, and the reason that goes with it. */

export const CLOSE = {
  /** A frame could not be read. The reason says what was wrong with it. */
  badFrame: 4400,
  /** The credential is gone or was never good. */
  unauthorized: 4401,
  /** No such node, or no longer. */
  notFound: 4404,
  /** The other side reads too slowly; the reason names the bound. */
  tooSlow: 4408,
  /** The same agent came back on another socket. */
  replaced: 4409,
  /**
   * What is behind it went away or could not be reached: the agent of a relay,
   * or a terminal's runner. Worth another try.
   */
  agentGone: 4410,
  /** The other side speaks a version too old to be understood. */
  protocolTooOld: 4426,
  /** The daemon is stopping in order; come back. */
  goingAway: 1001,
} as const;
