/**
 * One question to the runner itself, for what is asked when there is no daemon:
 * `shutdown` and `doctor`. Everything else goes through the daemon.
 */

import { connect, type Socket } from "node:net";
import { COMMIT, VERSION } from "../build_info.ts";
import { HypivisorError } from "../errors.ts";
import { decodeText, encodeControl, FrameReader } from "../frames.ts";
import {
  FRAME_KIND,
  RUNNER_PROTOCOL,
  type RunnerHello,
  type RunnerMethods,
  type RunnerReply,
} from "../protocol/runner.ts";
import { runnerSocket } from "../paths.ts";
import { parseJson } from "../read.ts";

/** It answers at once, unless it ends children first. */
const ANSWER_WITHIN_MS = 30_000;

/** What is asked without telling anything. */
type Question = "watch" | "services_list" | "shutdown";

export interface RunnerAnswer<M extends Question> {
  readonly hello: RunnerHello;
  readonly result: RunnerMethods[M]["result"];
}

/**
 * Undefined if there is no runner.
 *
 * @throws {HypivisorError} `unavailable` if it gives no answer.
 */
export async function askRunner<M extends Question>(
  dataDir: string,
  method: M,
): Promise<RunnerAnswer<M> | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<
    RunnerAnswer<M> | undefined
  >();
  const socket = connect(runnerSocket(dataDir));
  const fail = (why: string) =>
    reject(
      new HypivisorError("unavailable", `Cannot speak to the runner: ${why}`),
    );
  const late = setTimeout(() => fail("it does not answer"), ANSWER_WITHIN_MS);
  socket.on("connect", () => begin(socket, method));
  socket.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "ENOENT" || code === "ECONNREFUSED") resolve(undefined);
    else fail(message);
  });
  socket.on("close", () => fail("it hung up"));
  let hello: RunnerHello | undefined;
  const frames = new FrameReader((kind, payload) => {
    if (kind !== FRAME_KIND.control) return;
    const frame = parseJson(decodeText(payload)) as RunnerHello | RunnerReply;
    if ("type" in frame) hello = frame.type === "hello" ? frame : hello;
    else if ("error" in frame) fail(frame.error.message);
    else if (hello) {
      resolve({ hello, result: frame.result as RunnerMethods[M]["result"] });
    }
  });
  socket.on("data", (chunk: Buffer) => {
    try {
      frames.push(chunk);
    } catch (thrown) {
      fail((thrown as Error).message);
    }
  });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

function begin(socket: Socket, method: Question): void {
  socket.write(
    encodeControl({
      type: "hello",
      ...RUNNER_PROTOCOL,
      build: `${VERSION} (${COMMIT})`,
    }),
  );
  socket.write(encodeControl({ id: 1, method, params: {} }));
}
