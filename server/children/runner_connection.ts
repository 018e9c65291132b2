/**
 * One connection to the runner's socket: greeting, frames in, frames out, and
 * what the kernel has not taken yet.
 *
 * Knows what a frame is and which version is spoken, and nothing of what is
 * said. `runner_client.ts` makes calls over it, `attachment.ts` views one
 * terminal.
 */

import { COMMIT, VERSION } from "../build_info.ts";
import { HypivisorError } from "../errors.ts";
import {
  decodeText,
  encodeControl,
  encodeFrame,
  type FrameKind,
  FrameReader,
} from "../frames.ts";
import { logger } from "../log.ts";
import {
  FRAME_KIND,
  RUNNER_PROTOCOL,
  type RunnerHello,
} from "../protocol/runner.ts";
import { integer, object, oneOf, optional, parseJson, text } from "../read.ts";

const log = logger("runner_connection");

/** A runner answers in milliseconds, on a loaded machine in a second. */
const HELLO_WITHIN_MS = 5_000;

const version = integer(0, 1_000_000);

const readHello = object({
  type: oneOf("hello"),
  oldest: version,
  newest: version,
  build: text({ max: 200 }),
  pid: optional(integer(1, 2 ** 31)),
  startedAt: optional(integer(0, Number.MAX_SAFE_INTEGER)),
});

export interface ConnectionEvents {
  control(json: string): void;
  /** The payload may be part of a chunk: it is not written to afterwards. */
  bytes(payload: Uint8Array): void;
  /** The kernel has taken all that was sent. */
  drained(): void;
  /** It has ended, whoever ended it. Called once, and only after `open`. */
  closed(): void;
}

/** The runner speaks no version that this daemon speaks. */
export class ForeignRunner extends HypivisorError {
  readonly hello: RunnerHello;

  constructor(hello: RunnerHello) {
    const { oldest, newest } = RUNNER_PROTOCOL;
    super(
      "conflict",
      `Cannot use the runner of ${hello.build}: it speaks version ${hello.oldest} to ${hello.newest}, this hypivisor ${oldest} to ${newest}. ` +
        `End its terminals with the hypivisor that opened them, or end all with "hypivisor shutdown"`,
    );
    this.hello = hello;
  }
}

type State =
  | { readonly kind: "greeting"; readonly greet: (hello: RunnerHello) => void }
  | { readonly kind: "open"; readonly events: ConnectionEvents }
  | { readonly kind: "closed" };

export class RunnerConnection {
  readonly #reader = new FrameReader((kind, payload) =>
    this.#take(kind, payload)
  );
  #state: State;
  #socket: Bun.Socket | undefined;
  #waiting: Uint8Array[] = [];
  #unsent = 0;
  readonly #fail: (thrown: unknown) => void;

  private constructor(
    begin: (hello: RunnerHello) => ConnectionEvents,
    { greeted, fail }: { greeted(): void; fail(thrown: unknown): void },
  ) {
    this.#fail = fail;
    this.#state = {
      kind: "greeting",
      greet: (hello) => {
        if (!isCommon(hello)) return fail(new ForeignRunner(hello));
        // At once: what follows the greeting may be in the same chunk.
        this.#state = { kind: "open", events: begin(hello) };
        greeted();
      },
    };
  }

  /**
   * Connects and greets.
   *
   * @param begin Called with the runner's hello; gives who hears the rest.
   * @throws {HypivisorError} `unavailable` if nobody is there or answers,
   *   `conflict` if no version is spoken by both.
   */
  static async open(
    path: string,
    begin: (hello: RunnerHello) => ConnectionEvents,
  ): Promise<RunnerConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const connection = new RunnerConnection(begin, {
      greeted: resolve,
      fail: reject,
    });
    const timer = setTimeout(
      () => reject(unreachable(`no answer in ${HELLO_WITHIN_MS / 1_000} s`)),
      HELLO_WITHIN_MS,
    );
    try {
      await connection.#connect(path);
      await promise;
      return connection;
    } catch (thrown) {
      connection.end();
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Bytes that the kernel has not taken. */
  get unsent(): number {
    return this.#unsent;
  }

  send(message: object): void {
    this.#write(encodeControl(message));
  }

  /** Sends one frame. The bytes are copied before this returns. */
  sendBytes(payload: Uint8Array): void {
    this.#write(encodeFrame(FRAME_KIND.bytes, payload));
  }

  /** What the runner sends waits on its side. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Ends it without a word of its own; what was sent is still delivered. */
  end(): void {
    this.#socket?.end();
  }

  async #connect(path: string): Promise<void> {
    try {
      this.#socket = await Bun.connect({
        unix: path,
        socket: {
          data: (_socket, chunk) => this.#receive(chunk),
          drain: () => this.#flush(),
          close: () => this.#ended(),
          error: (_socket, { message }) => log.debug("failed", { message }),
        },
      });
    } catch (cause) {
      throw unreachable("nobody listens", cause);
    }
    this.send({
      type: "hello",
      ...RUNNER_PROTOCOL,
      build: `${VERSION} (${COMMIT})`,
    });
  }

  #receive(chunk: Uint8Array): void {
    try {
      this.#reader.push(chunk);
    } catch (thrown) {
      // Where the next frame begins is not known: it cannot go on.
      log.failed("frame_failed", thrown);
      this.#fail(thrown);
      this.#socket?.terminate();
    }
  }

  #take(kind: FrameKind, payload: Uint8Array): void {
    const state = this.#state;
    switch (state.kind) {
      case "greeting":
        return state.greet(
          readHello(parseJson(decodeText(payload)), "hello") as RunnerHello,
        );
      case "open":
        if (kind === FRAME_KIND.bytes) return state.events.bytes(payload);
        return state.events.control(decodeText(payload));
      case "closed":
        return;
    }
  }

  #ended(): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    this.#waiting = [];
    this.#unsent = 0;
    if (state.kind === "open") return state.events.closed();
    this.#fail(unreachable("it hung up"));
  }

  #write(frame: Uint8Array): void {
    if (this.#state.kind === "closed") return;
    const taken = this.#waiting.length > 0 ? 0 : this.#give(frame);
    if (taken === frame.length) return;
    this.#waiting.push(frame.subarray(taken));
    this.#unsent += frame.length - taken;
  }

  #flush(): void {
    let first;
    while ((first = this.#waiting[0])) {
      const taken = this.#give(first);
      this.#unsent -= taken;
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    if (this.#state.kind === "open") this.#state.events.drained();
  }

  /** How much the kernel took: -1 says that the socket is closed. */
  #give(bytes: Uint8Array): number {
    return Math.max(0, this.#socket?.write(bytes) ?? 0);
  }
}

function isCommon({ oldest, newest }: RunnerHello): boolean {
  return newest >= RUNNER_PROTOCOL.oldest && oldest <= RUNNER_PROTOCOL.newest;
}

function unreachable(why: string, cause?: unknown): HypivisorError {
  return new HypivisorError("unavailable", `Cannot reach the runner: ${why}`, {
    cause,
  });
}
