/**
 * The other way round: a client on stdio, a server over HTTP. For clients that
 * can start a command and nothing else, Claude Desktop above all.
 *
 * Passes messages on as they are, in both eras, and heals what a client on
 * stdio cannot know of: a service that is not up yet, and a session that the
 * server has forgotten. Streams are arguments; `hypivisor mcp connect` has the
 * real ones.
 */

import { parseJson } from "../read.ts";
import { ConnectSession } from "./connect_session.ts";
import { claimedVersion } from "./era.ts";
import {
  readMessage,
  responseLine,
  RPC,
  type RpcId,
  type RpcMessage,
  unanswered,
} from "./json_rpc.ts";
import { LineSplitter } from "./stdio_lines.ts";

/** One message; the bound of the bridge, and of most servers. */
const MESSAGE_MAX = 4 * 1024 * 1024;

/** Requests on their way at once; one more is refused. */
const IN_FLIGHT_MAX = 128;

export interface ConnectOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The Unix socket that is spoken to, whatever host the URL names. */
  readonly unix?: string;
  /** What the client writes. Its end is the end of this. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Takes one line for the client; resolves when it is written. */
  readonly output: (line: string) => Promise<void> | void;
  /** How long a request waits for a service that is not there yet. */
  readonly patienceMs?: number;
}

/** Long enough for a daemon and its services to start with the machine. */
const PATIENCE_MS = 20_000;

/** Carries messages until the client closes its end. */
export async function connectStdio(options: ConnectOptions): Promise<void> {
  const { url, unix, headers = {}, patienceMs = PATIENCE_MS } = options;
  const output = inOrder(options.output);
  const session = new ConnectSession({
    url,
    unix,
    headers,
    patienceMs,
    output,
  });
  const inFlight = new Map<RpcId, InFlight>();
  const lines = new LineSplitter(MESSAGE_MAX, (line) => {
    if (line.kind === "line") void take(line.text);
    else {void output(
        refuse(null, RPC.invalidRequest, "The message is too large"),
      );}
  });

  async function take(line: string): Promise<void> {
    const message = read(line);
    if (!message) {
      await output(refuse(null, RPC.parseError, "That is no JSON-RPC message"));
      return;
    }
    if (message.kind !== "request") {
      if (!cancels(message, inFlight)) await session.tell(line);
      return;
    }
    const { id } = message;
    if (inFlight.size >= IN_FLIGHT_MAX || inFlight.has(id)) {
      const why = inFlight.has(id) ? `Id ${id} is in use` : "Too many requests";
      await output(refuse(id, RPC.invalidRequest, why));
      return;
    }
    const stop = new AbortController();
    const isModern = claimedVersion(message.params) !== undefined;
    inFlight.set(id, { stop, isModern });
    const why = await session.ask(line, message, stop.signal);
    inFlight.delete(id);
    if (why !== undefined && !stop.signal.aborted) {
      await output(responseLine(id, unanswered(why)));
    }
  }

  for await (const chunk of options.input) lines.push(chunk);
  for (const { stop } of inFlight.values()) stop.abort();
  await session.close();
}

function read(line: string): RpcMessage | undefined {
  try {
    return readMessage(parseJson(line));
  } catch {
    return undefined;
  }
}

interface InFlight {
  readonly stop: AbortController;
  readonly isModern: boolean;
}

/** Over HTTP a modern request is cancelled by leaving, not by a message. */
function cancels(
  message: RpcMessage,
  inFlight: ReadonlyMap<RpcId, InFlight>,
): boolean {
  if (message.kind !== "notification") return false;
  if (message.method !== "notifications/cancelled") return false;
  const call = inFlight.get(message.params.requestId as RpcId);
  if (!call?.isModern) return false;
  call.stop.abort();
  return true;
}

function refuse(id: RpcId | null, code: number, message: string): string {
  return responseLine(id, { kind: "error", error: { code, message } });
}

/** Writes one line after the other; a client that is gone takes none. */
function inOrder(
  output: ConnectOptions["output"],
): (line: string) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (line) => {
    last = last.then(() => output(line)).catch(() => {
      // Its input ends as well, and with that all of this.
    });
    return last;
  };
}
