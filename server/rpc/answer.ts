/**
 * Answers frames with calls in them: reads, dispatches, wraps the outcome.
 *
 * The only place where a thrown error becomes a reply. A frame that says
 * `"jsonrpc": "2.0"` is answered in kind; any other as the original answers.
 */

import { HypivisorError, toWireError } from "../errors.ts";
import { logger } from "../log.ts";
import { RPC_ERROR } from "../protocol/error.ts";
import type { MethodName } from "../protocol/rpc.ts";
import { isRecord, parseJson } from "../read.ts";
import type { Core } from "./core.ts";
import { NumberedError } from "./numbered_error.ts";
import { type Caller, handlers, methodReaders } from "./methods.ts";

const log = logger("answer");

/** JSON-RPC lets a client send several calls in one frame. */
const BATCH_MAX = 100;

/** A call taken apart, before its params are read. */
export interface Call {
  readonly dialect: "json-rpc" | "original";
  /** Undefined if the caller wants no reply (or, in the original's, no id). */
  readonly id: string | number | null | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** What a link may answer itself; undefined leaves it to the table. */
export type OwnMethods = (call: Call) => Promise<unknown> | undefined;

interface Answering {
  readonly core: Core;
  readonly caller: Caller;
  /** Params that need not be sent, such as a viewer's own node. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly own: OwnMethods;
}

/** Resolves to the reply's text; undefined if none is due. Never rejects. */
export async function answerText(
  json: string,
  answering: Answering,
): Promise<string | undefined> {
  let frame: unknown;
  try {
    frame = parseJson(json);
  } catch (thrown) {
    return refusal("original", undefined, RPC_ERROR.parse, thrown);
  }
  return await answerFrame(frame, answering);
}

/** As `answerText`, for a frame that is parsed already. */
export async function answerFrame(
  frame: unknown,
  answering: Answering,
): Promise<string | undefined> {
  if (!Array.isArray(frame)) return await answerOne(frame, answering);
  const invalid = frame.length === 0 || frame.length > BATCH_MAX;
  if (invalid) {
    const wanted = new HypivisorError(
      "bad_request",
      `Cannot answer a batch of ${frame.length}: 1 to ${BATCH_MAX} calls`,
    );
    return refusal("json-rpc", null, RPC_ERROR.invalidRequest, wanted);
  }
  const replies = await Promise.all(
    frame.map((call) => answerOne(call, answering)),
  );
  const due = replies.filter((reply) => reply !== undefined);
  return due.length > 0 ? `[${due.join(",")}]` : undefined;
}

async function answerOne(
  frame: unknown,
  answering: Answering,
): Promise<string | undefined> {
  const dialect = isRecord(frame) && frame.jsonrpc === "2.0"
    ? "json-rpc"
    : "original";
  let call: Call;
  try {
    call = takeApart(frame, dialect);
  } catch (thrown) {
    const id = isRecord(frame) && isId(frame.id) ? frame.id : undefined;
    return refusal(
      dialect,
      dialect === "json-rpc" ? id ?? null : id,
      RPC_ERROR.invalidRequest,
      thrown,
    );
  }
  try {
    const result = await run(call, answering);
    if (dialect === "json-rpc") {
      if (call.id === undefined) return undefined;
      return JSON.stringify({ jsonrpc: "2.0", id: call.id, result });
    }
    return JSON.stringify({ id: call.id, result });
  } catch (thrown) {
    if (dialect === "json-rpc" && call.id === undefined) return undefined;
    const code = thrown instanceof NumberedError
      ? thrown.number
      : RPC_ERROR[toWireError(thrown).code];
    return refusal(dialect, call.id, code, thrown);
  }
}

function takeApart(frame: unknown, dialect: Call["dialect"]): Call {
  if (!isRecord(frame)) {
    throw new HypivisorError("bad_request", "Cannot answer: not an object");
  }
  const { id, method, params } = frame;
  if (typeof method !== "string") {
    throw new HypivisorError(
      "bad_request",
      "Cannot answer: method must be a string",
    );
  }
  if (id !== undefined && !isId(id)) {
    throw new HypivisorError(
      "bad_request",
      "Cannot answer: id must be a string or a number",
    );
  }
  return { dialect, id, method, params };
}

function isId(id: unknown): id is string | number | null {
  return id === null || typeof id === "string" || typeof id === "number";
}

async function run(call: Call, answering: Answering): Promise<unknown> {
  const own = answering.own(call);
  if (own !== undefined) return await own;
  // Own names only: "constructor" is in every object.
  if (!Object.hasOwn(methodReaders, call.method)) {
    throw new NumberedError(
      RPC_ERROR.methodNotFound,
      "not_found",
      `Method not found: ${call.method.slice(0, 100)}`,
    );
  }
  return await perform(call.method as MethodName, call.params, answering);
}

/** Reads the params and runs the handler. */
export async function perform<M extends MethodName>(
  method: M,
  params: unknown,
  { core, caller, given }: Omit<Answering, "own">,
): Promise<unknown> {
  const raw = isRecord(params) ? { ...given, ...params } : params ?? given;
  return await handlers[method](
    core,
    methodReaders[method](raw, "params"),
    caller,
  );
}

function refusal(
  dialect: Call["dialect"],
  id: Call["id"],
  code: number,
  thrown: unknown,
): string {
  const error = toWireError(thrown);
  if (error.code === "internal") log.failed("call_failed", thrown);
  if (dialect === "original") {
    return JSON.stringify({ id, error: error.message });
  }
  return JSON.stringify({
    jsonrpc: "2.0",
    id: id ?? null,
    error: { code, message: error.message, data: { code: error.code } },
  });
}
