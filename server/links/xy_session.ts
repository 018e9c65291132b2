/**
 * What one connection may ask in the dialect of `xy`: its calls, and the logs
 * that it follows.
 *
 * Knows no socket: lines on a Unix socket and frames on `/ws` carry it alike.
 * A connection that does not take what it is sent has its logs paused; what
 * they left out meanwhile they say.
 */

import type { ServiceLog } from "../children/service_log.ts";
import { HypivisorError } from "../errors.ts";
import type { LogLine } from "../protocol/service.ts";
import { boolean, integer, object, optional, text } from "../read.ts";
import type { Core } from "../rpc/core.ts";
import { readPlace, services } from "../rpc/service_methods.ts";
import { asked, readParams, XY_METHODS } from "../rpc/xy_methods.ts";

/** Each is a connection to the runner. */
const LOGS_MAX = 64;

const U32_MAX = 2 ** 32 - 1;

const readLogs = object({
  name: text({ min: 1, max: 255 }),
  tail: optional(integer(0, U32_MAX)),
  follow: optional(boolean),
  // Not of `xy`:
  since_ms: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  /** Whether lines that the runner wrote are wanted as well. */
  marks: optional(boolean),
  since: optional(readPlace),
  /** Whether lines are wanted many at once and numbered, marks among them. */
  batches: optional(boolean),
});

const readCancel = object({
  subscription_id: integer(0, Number.MAX_SAFE_INTEGER),
});

/** Whom a session speaks to. */
export interface Outlet {
  push(text: string): void;
  /** Whether what was pushed waits. `drained` is called when it does not. */
  isFull(): boolean;
}

export class XySession {
  readonly #core: Core;
  readonly #outlet: Outlet;
  readonly #logs = new Map<number, ServiceLog>();
  /** What the outlet does not take now: what came before its logs paused. */
  #held: string[] = [];
  #last = 0;
  #isClosed = false;

  constructor(core: Core, outlet: Outlet) {
    this.#core = core;
    this.#outlet = outlet;
  }

  /**
   * Undefined if it is no call of `xy`.
   *
   * @param after Takes what is to be done once the reply is on its way.
   */
  call(
    method: string,
    params: unknown,
    after: (what: () => void) => void,
  ): Promise<unknown> | undefined {
    if (method === "logs") return this.#open(params, after);
    if (method === "logs_cancel") return this.#cancel(params);
    if (!Object.hasOwn(XY_METHODS, method)) return undefined;
    return run(() => XY_METHODS[method]?.(this.#core, params));
  }

  /** The connection takes more. */
  drained(): void {
    while (this.#held.length > 0) {
      if (this.#outlet.isFull()) return;
      this.#outlet.push(this.#held.shift() ?? "");
    }
    for (const log of this.#logs.values()) log.resume();
  }

  close(): void {
    this.#isClosed = true;
    for (const log of this.#logs.values()) log.close();
    this.#logs.clear();
    this.#held = [];
  }

  async #open(
    params: unknown,
    after: (what: () => void) => void,
  ): Promise<{ subscription_id: number; epoch?: string }> {
    const { name, tail, follow = false, since_ms, since, ...look } = readParams(
      readLogs,
      params,
    );
    const { batches = false, marks = batches } = look;
    if (this.#logs.size >= LOGS_MAX) {
      throw new HypivisorError(
        "conflict",
        `Cannot follow more than ${LOGS_MAX} logs on one connection`,
      );
    }
    const id = ++this.#last;
    const query = {
      name,
      follow,
      marks,
      ...(tail === undefined ? {} : { tail }),
      ...(since_ms === undefined ? {} : { sinceMs: since_ms }),
      ...(since === undefined ? {} : { since }),
    };
    const log = await asked(
      name,
      services(this.#core).follow(query, {
        lines: (lines) =>
          batches
            ? this.#notify("log_lines", { subscription_id: id, lines })
            : this.#lines(id, name, lines, marks),
        gap: (missed) =>
          this.#notify("log_gap", { subscription_id: id, name, missed }),
        end: (why) => {
          this.#logs.delete(id);
          this.#notify("log_end", { subscription_id: id, error: why });
        },
      }),
    );
    if (this.#isClosed) {
      log.close();
    } else {
      this.#logs.set(id, log);
      after(() => log.begin());
    }
    return {
      subscription_id: id,
      ...(batches ? { epoch: log.epoch } : {}),
    };
  }

  #cancel(params: unknown): Promise<unknown> {
    return run(() => {
      const { subscription_id } = readParams(readCancel, params);
      this.#logs.get(subscription_id)?.close();
      this.#logs.delete(subscription_id);
      return {};
    });
  }

  #lines(
    id: number,
    name: string,
    lines: readonly LogLine[],
    marks: boolean,
  ): void {
    for (const { stream, text, at } of lines) {
      if (stream === "mark" && !marks) continue;
      this.#notify("log", {
        subscription_id: id,
        name,
        stream,
        line: text,
        ts_unix_ms: at,
      });
    }
  }

  #notify(method: string, params: Readonly<Record<string, unknown>>): void {
    if (this.#isClosed) return;
    const text = JSON.stringify({ jsonrpc: "2.0", method, params });
    if (this.#held.length === 0 && !this.#outlet.isFull()) {
      return this.#outlet.push(text);
    }
    this.#held.push(text);
    for (const log of this.#logs.values()) log.pause();
  }
}

/** What is thrown on the spot is the answer, too. */
async function run(what: () => unknown): Promise<unknown> {
  return await what();
}
