/**
 * Asks a service whether it is there: one question, one answer, within a time.
 *
 * Knows nothing of when to ask and what follows. `fd` and `log` are not asked:
 * those services tell by themselves.
 */

import type { McpSeen } from "../../../protocol/service.ts";
import type { Probe } from "../config/config.ts";
import type { McpProbe } from "../mcp_port.ts";

export type Answer =
  | { readonly kind: "there"; readonly mcp?: McpSeen }
  | { readonly kind: "not_there"; readonly why: string };

export interface Question {
  readonly probe: Probe;
  readonly port: number | undefined;
  readonly timeoutMs: number;
  /** What `mcp` is asked by. */
  readonly askMcp: (
    path: string | undefined,
    timeoutMs: number,
  ) => Promise<McpProbe>;
}

const HOSTS: readonly string[] = ["127.0.0.1", "::1"];

const THERE: Answer = { kind: "there" };

/** Never rejects, and never takes longer than its time by much. */
export async function ask(question: Question): Promise<Answer> {
  try {
    return await answerOf(question);
  } catch (error) {
    return notThere(shortOf(error));
  }
}

async function answerOf(
  { probe, port, timeoutMs, askMcp }: Question,
): Promise<Answer> {
  switch (probe.kind) {
    case "tcp":
      return await askTcp(port, timeoutMs);
    case "http":
      return await askHttp(port, probe.path, timeoutMs);
    case "mcp":
      return answerOfMcp(await askMcp(probe.path, timeoutMs));
    default:
      return THERE;
  }
}

/** A server closes its side in a turn of its loop. */
const LEAVE_WITHIN_MS = 500;

async function askTcp(
  port: number | undefined,
  timeoutMs: number,
): Promise<Answer> {
  if (port === undefined) return notThere("it has no port");
  for (const hostname of HOSTS) {
    if (await connects(hostname, port, timeoutMs)) return THERE;
  }
  return notThere(`nothing listens on port ${port}`);
}

async function connects(
  hostname: string,
  port: number,
  timeoutMs: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const connecting = Bun.connect({
    hostname,
    port,
    socket: { data() {}, open: () => resolve(true) },
  });
  connecting.catch(() => resolve(false));
  const isOpen = await promise;
  clearTimeout(timer);
  // One that opens after its time is closed as well.
  void connecting.then(leave, () => {});
  return isOpen;
}

/**
 * A connection that is cut is an error to a server, and a line in its log each
 * time. One that hangs does not hear us leave: it is not waited for.
 */
function leave(socket: Bun.Socket): void {
  socket.end();
  setTimeout(() => socket.terminate(), LEAVE_WITHIN_MS).unref();
}

async function askHttp(
  port: number | undefined,
  path: string,
  timeoutMs: number,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  let last: unknown;
  for (const host of ["127.0.0.1", "[::1]"]) {
    try {
      const response = await fetch(`http://${host}:${port}${path}`, {
        redirect: "manual",
        signal,
        // A pooled connection may belong to a process that has ended since.
        keepalive: false,
        // HTTP_PROXY means the world, not this machine. `false` works in Bun
        // 1.4.5 and is missing from its types.
        ...{ proxy: false },
      } as RequestInit);
      await response.body?.cancel();
      if (response.status < 400) return THERE;
      return notThere(`${path} answers ${response.status}`);
    } catch (error) {
      last = error;
    }
  }
  return notThere(shortOf(last));
}

function answerOfMcp(found: McpProbe): Answer {
  switch (found.kind) {
    case "alive":
      return { kind: "there", mcp: { era: found.era, needsAuth: false } };
    case "needs_auth":
      return { kind: "there", mcp: { needsAuth: true } };
    case "not_ready":
      return notThere(found.message);
  }
}

function notThere(why: string): Answer {
  return { kind: "not_there", why };
}

function shortOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === "TimeoutError") return "it did not answer in time";
  if (code === "ConnectionRefused") return "nothing listens";
  return message;
}
