/**
 * The link to one agent's conversation: a viewer's socket that comes back where
 * it was cut off, for `tail -f` and `send --wait`.
 *
 * Hands every frame on, each once; a snapshot means that what came before may
 * have changed. Does not know what is done with them.
 */

import { HypivisorError } from "../errors.ts";
import { CLOSE } from "../protocol/close.ts";
import type { NodeId } from "../protocol/node.ts";
import { VIEWER_SUBPROTOCOL } from "../protocol/version.ts";
import type { ViewerDown } from "../protocol/viewer.ts";
import { type Connection, UnreachableError } from "./connection.ts";
import { RpcSocket } from "./rpc_socket.ts";

const RETRY_MS = 200;

/** A daemon that is upgraded is back within seconds. */
const GIVE_UP_AFTER_MS = 60_000;

export interface Conversation extends Disposable {
  /** The socket there is; it changes with every reconnect. */
  readonly rpc: RpcSocket;
  /** Rejects when the conversation cannot be followed any longer. */
  readonly failed: Promise<never>;
}

interface Place {
  readonly stream: string;
  readonly seq: number;
}

/**
 * Resolves once the first frames come.
 *
 * @throws {UnreachableError} if the first socket does not open.
 */
export async function follow(
  connection: Connection,
  node: NodeId,
  onFrame: (frame: ViewerDown) => void,
): Promise<Conversation> {
  let place: Place | undefined;
  let isDisposed = false;
  let rpc = await open();
  const failed = keepOpen();
  failed.catch(() => {}); // Whoever waits for it hears of it.
  return {
    get rpc() {
      return rpc;
    },
    failed,
    [Symbol.dispose]() {
      isDisposed = true;
      rpc[Symbol.dispose]();
    },
  };

  function open(): Promise<RpcSocket> {
    const query = place
      ? `?${new URLSearchParams({ ...place, seq: String(place.seq) })}`
      : "";
    return RpcSocket.open(
      connection,
      `/ws/agent/${encodeURIComponent(node)}${query}`,
      [VIEWER_SUBPROTOCOL],
      (frame) => hear(frame as ViewerDown),
    );
  }

  function hear(frame: ViewerDown): void {
    if ("type" in frame && frame.type === "snapshot") {
      place = { stream: frame.stream, seq: frame.seq };
    } else if ("seq" in frame && place && frame.type !== "resumed") {
      place = { ...place, seq: frame.seq };
    }
    onFrame(frame);
  }

  /** Reopens it as often as it ends, and rejects when that is in vain. */
  async function keepOpen(): Promise<never> {
    let since = 0;
    while (true) {
      const { code, reason } = await rpc.closed;
      if (isDisposed) return await new Promise<never>(() => {});
      if (code === CLOSE.notFound) {
        throw new HypivisorError("not_found", reason || "The agent is gone");
      }
      since = performance.now();
      while (true) {
        await Bun.sleep(RETRY_MS);
        try {
          rpc = await open();
          break;
        } catch (thrown) {
          if (!(thrown instanceof UnreachableError)) throw thrown;
          const isLate = performance.now() - since > GIVE_UP_AFTER_MS;
          if (isLate || !thrown.isNobody) throw thrown;
        }
      }
    }
  }
}
