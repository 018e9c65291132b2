/**
 * One connection of a program that speaks as those of `xy` do: JSON-RPC 2.0,
 * one value on a line, over a Unix socket.
 *
 * Calls are answered as they are done, not in turn. Only what is a call is
 * answered; a line that is no JSON is told so, and the next one is read.
 */

import { logger } from "../log.ts";
import { RPC_ERROR } from "../protocol/error.ts";
import { isRecord, parseJson } from "../read.ts";
import { answerFrame } from "../rpc/answer.ts";
import type { Core } from "../rpc/core.ts";
import { NumberedError } from "../rpc/numbered_error.ts";
import { XySession } from "./xy_session.ts";

const log = logger("xy_link");

/** Of one line. The longest call of `xy` has some hundred bytes. */
const LINE_MAX_BYTES = 1024 * 1024;

/** Calls under way at once; more is a flood. */
const CALLS_MAX = 200;

/** What waits for a reader before its logs are paused. */
const WAITING_MAX_BYTES = 1024 * 1024;

/** Past this it is cut: replies of calls wait for nobody for ever. */
const WAITING_CUT_BYTES = 16 * 1024 * 1024;

const NEWLINE = 10;

export interface LineSocket {
  /** How many bytes were taken; less than 0 if it is closed. */
  write(bytes: Uint8Array): number;
  terminate(): void;
}

export class XyLink {
  readonly #core: Core;
  readonly #socket: LineSocket;
  readonly #session: XySession;
  readonly #decoder = new TextDecoder();
  #line: Uint8Array[] = [];
  #lineBytes = 0;
  /** The line is too long: what is left of it is passed over. */
  #isSkipping = false;
  #calls = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(core: Core, socket: LineSocket) {
    this.#core = core;
    this.#socket = socket;
    this.#session = new XySession(core, {
      push: (text) => this.#send(text),
      isFull: () => this.#waitingBytes > WAITING_MAX_BYTES,
    });
  }

  receive(chunk: Uint8Array): void {
    let from = 0;
    while (true) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#take(chunk.subarray(from, end));
      this.#end();
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
  }

  drained(): void {
    let first;
    while ((first = this.#waiting[0])) {
      const taken = Math.max(0, this.#socket.write(first));
      this.#waitingBytes -= taken;
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    this.#session.drained();
  }

  closed(): void {
    this.#session.close();
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #take(part: Uint8Array): void {
    if (part.length === 0 || this.#isSkipping) return;
    this.#lineBytes += part.length;
    if (this.#lineBytes > LINE_MAX_BYTES) {
      this.#isSkipping = true;
      this.#line = [];
      return this.#refuse(
        RPC_ERROR.parse,
        `line longer than ${LINE_MAX_BYTES} bytes`,
      );
    }
    // The chunk is the socket's: it is written to afterwards.
    this.#line.push(part.slice());
  }

  #end(): void {
    const isWhole = !this.#isSkipping;
    const line = this.#decoder.decode(Buffer.concat(this.#line));
    this.#line = [];
    this.#lineBytes = 0;
    this.#isSkipping = false;
    if (isWhole && line.trim() !== "") this.#answer(line);
  }

  #answer(line: string): void {
    let frame: unknown;
    try {
      frame = parseJson(line);
    } catch (thrown) {
      return this.#refuse(RPC_ERROR.parse, (thrown as Error).message);
    }
    // Replies and notifications are nothing to answer.
    if (isRecord(frame) && !("method" in frame) && isReply(frame)) return;
    const parts: readonly unknown[] = Array.isArray(frame) ? frame : [frame];
    if (!parts.every((one) => isRecord(one) && one.jsonrpc === "2.0")) {
      return this.#refuse(
        RPC_ERROR.invalidRequest,
        'jsonrpc must be "2.0"',
        isRecord(frame) ? frame.id : null,
      );
    }
    if (this.#calls >= CALLS_MAX) {
      return this.#refuse(
        RPC_ERROR.unavailable,
        `more than ${CALLS_MAX} calls at once`,
        isRecord(frame) ? frame.id : null,
      );
    }
    this.#calls++;
    const after: (() => void)[] = [];
    answerFrame(frame, {
      core: this.#core,
      caller: { subscribe() {} },
      given: {},
      own: ({ method, params }) =>
        this.#session.call(method, params, (what) => after.push(what)) ??
          Promise.reject(unknownMethod(method)),
    }).then((reply) => {
      this.#calls--;
      if (reply !== undefined) this.#send(reply);
      for (const what of after) what();
    }).catch((thrown) => log.failed("answer_failed", thrown));
  }

  #refuse(code: number, message: string, id: unknown = null): void {
    const named = typeof id === "string" || typeof id === "number" ? id : null;
    this.#send(
      JSON.stringify({ jsonrpc: "2.0", id: named, error: { code, message } }),
    );
  }

  #send(text: string): void {
    const bytes = Buffer.from(`${text}\n`);
    const taken = this.#waiting.length > 0
      ? 0
      : Math.max(0, this.#socket.write(bytes));
    if (taken === bytes.length) return;
    this.#waiting.push(bytes.subarray(taken));
    this.#waitingBytes += bytes.length - taken;
    if (this.#waitingBytes > WAITING_CUT_BYTES) this.#socket.terminate();
  }
}

function isReply(frame: Readonly<Record<string, unknown>>): boolean {
  return "result" in frame || "error" in frame;
}

function unknownMethod(method: string): NumberedError {
  return new NumberedError(
    RPC_ERROR.methodNotFound,
    "not_found",
    `unknown method \`${method.slice(0, 100)}\``,
  );
}
