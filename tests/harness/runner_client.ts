/** A daemon's connection to a runner, for tests: frames, calls and pushes. */

import {
  encodeControl,
  encodeFrame,
  type FrameKind,
  FrameReader,
} from "../../server/frames.ts";
import {
  FRAME_KIND,
  RUNNER_PROTOCOL,
  type RunnerHello,
  type RunnerMethod,
  type RunnerMethods,
  type RunnerPush,
  type RunnerReply,
} from "../../server/protocol/runner.ts";

type Waiting = {
  resolve(result: unknown): void;
  reject(error: Error): void;
};

export class RunnerClient {
  readonly hello = Promise.withResolvers<RunnerHello>();
  readonly closed = Promise.withResolvers<void>();
  readonly pushes: RunnerPush[] = [];
  /** Kinds of all that came, in order. */
  readonly heard: ("reply" | RunnerPush["type"])[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #reader = new FrameReader((kind, payload) =>
    this.#take(kind, payload)
  );
  #socket: Bun.Socket | undefined;
  #rest: Uint8Array[] = [];
  #nextId = 1;
  /** Set by who attached. */
  onFrame: ((kind: FrameKind, payload: Uint8Array) => void) | undefined;

  static async connect(
    path: string,
    versions: { oldest: number; newest: number } = RUNNER_PROTOCOL,
  ): Promise<RunnerClient> {
    const client = new RunnerClient();
    client.#socket = await Bun.connect({
      unix: path,
      socket: {
        data: (_socket, chunk) => client.#reader.push(chunk),
        drain: () => client.#flush(),
        close: () => client.#end(),
      },
    });
    client.send({ type: "hello", ...versions, build: "test" });
    return client;
  }

  call<M extends RunnerMethod>(
    method: M,
    params: RunnerMethods[M]["params"],
  ): Promise<RunnerMethods[M]["result"]> {
    const call = { id: this.#nextId++, method, params };
    return this.raw(call) as Promise<RunnerMethods[M]["result"]>;
  }

  /** Whatever has an id is answered. */
  raw(call: { readonly id?: unknown }): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(Number(call.id), { resolve, reject });
    this.send(call);
    return promise;
  }

  send(message: object): void {
    this.write(encodeControl(message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.write(encodeFrame(FRAME_KIND.bytes, bytes));
  }

  /** Any bytes: a test may send what is no frame. */
  write(bytes: Uint8Array): void {
    this.#rest.push(bytes);
    this.#flush();
  }

  /** Bytes that the kernel has not taken. */
  get unsent(): number {
    return this.#rest.reduce((sum, part) => sum + part.length, 0);
  }

  setPaused(isPaused: boolean): void {
    if (isPaused) this.#socket?.pause();
    else this.#socket?.resume();
  }

  /** Without a `bye`, as when the daemon is killed. */
  close(): void {
    this.#socket?.terminate();
  }

  #flush(): void {
    let first;
    while ((first = this.#rest[0])) {
      const taken = Math.max(0, this.#socket?.write(first) ?? 0);
      if (taken < first.length) {
        this.#rest[0] = first.subarray(taken);
        return;
      }
      this.#rest.shift();
    }
  }

  #take(kind: FrameKind, payload: Uint8Array): void {
    if (kind === FRAME_KIND.bytes) return this.onFrame?.(kind, payload);
    const message = JSON.parse(Buffer.from(payload).toString()) as
      | RunnerHello
      | RunnerReply
      | RunnerPush;
    if ("id" in message) {
      this.heard.push("reply");
      return this.#settle(message);
    }
    switch (message.type) {
      case "hello":
        return this.hello.resolve(message);
      case "terminal":
      case "gone":
      case "service":
      case "service_gone":
      case "log":
      case "log_gap":
      case "log_end":
        this.pushes.push(message);
        this.heard.push(message.type);
    }
    this.onFrame?.(kind, payload);
  }

  #settle(reply: RunnerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) {
      waiting?.reject(new Error(`${reply.error.code}: ${reply.error.message}`));
    } else waiting?.resolve(reply.result);
  }

  #end(): void {
    this.closed.resolve();
    for (const { reject } of this.#waiting.values()) {
      reject(new Error("The runner closed the connection"));
    }
    this.#waiting.clear();
  }
}
