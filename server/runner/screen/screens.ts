/**
 * The screens of all terminals, as the runner's main thread sees them: a worker
 * that is started when the first one is needed.
 *
 * Carries orders and answers. If the worker dies, what is open fails, and each
 * feed is told that its mirror is gone.
 */

import { HypivisorError } from "../../errors.ts";
import { logger } from "../../log.ts";
import type {
  FromScreens,
  MirrorFacts,
  MirrorId,
  ToScreens,
} from "./screen_message.ts";

const log = logger("screens");

/** In the executable all modules share one URL, so paths start at the root. */
const WORKER = new URL(
  Bun.isStandaloneExecutable
    ? "./server/runner/screen/screen_worker.ts"
    : "./screen_worker.ts",
  import.meta.url,
);

export interface MirrorEvents {
  onFed(facts: MirrorFacts): void;
  /** The mirror is gone with all it was fed. */
  onLost(): void;
}

interface Request {
  resolve(answer: Uint8Array<ArrayBuffer> | string): void;
  reject(error: Error): void;
}

export class Screens {
  readonly #mirrors = new Map<MirrorId, MirrorEvents>();
  readonly #requests = new Map<number, Request>();
  #worker: Worker | undefined;
  #nextMirror = 1;
  #nextRequest = 1;

  /** A mirror that costs nothing until it is fed. */
  add(events: MirrorEvents): MirrorId {
    const id = this.#nextMirror++;
    this.#mirrors.set(id, events);
    return id;
  }

  forget(mirror: MirrorId): void {
    this.#mirrors.delete(mirror);
    this.#worker?.postMessage({ type: "forget", mirror } satisfies ToScreens);
  }

  feed(feed: Omit<ToScreens & { type: "feed" }, "type">): void {
    const transfer = feed.steps.flatMap((step) =>
      step.type === "bytes" ? [step.bytes.buffer] : []
    );
    const message: ToScreens = { type: "feed", ...feed };
    this.#running().postMessage(message, transfer);
  }

  /** @throws {HypivisorError} `unavailable` if the worker has died. */
  async paint(mirror: MirrorId): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#ask((request) => ({
      type: "paint",
      mirror,
      request,
    }));
    return answer as Uint8Array<ArrayBuffer>;
  }

  /** @throws {HypivisorError} `unavailable` if the worker has died. */
  async tail(mirror: MirrorId, lines: number): Promise<string> {
    const answer = await this.#ask((request) => ({
      type: "tail",
      mirror,
      request,
      lines,
    }));
    return answer as string;
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(
    message: (request: number) => ToScreens,
  ): Promise<Uint8Array<ArrayBuffer> | string> {
    const request = this.#nextRequest++;
    const { promise, resolve, reject } = Promise.withResolvers<
      Uint8Array<ArrayBuffer> | string
    >();
    this.#requests.set(request, { resolve, reject });
    this.#running().postMessage(message(request));
    return promise;
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(WORKER.href);
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromScreens>) =>
      this.#take(data);
    worker.onerror = ({ message }) => this.#onEnd(worker, message);
    worker.addEventListener("close", () => this.#onEnd(worker, "it ended"));
    return worker;
  }

  #take(message: FromScreens): void {
    switch (message.type) {
      case "fed":
        return this.#mirrors.get(message.mirror)?.onFed(message);
      case "painted":
        return this.#settle(message.request)?.resolve(message.bytes);
      case "tail":
        return this.#settle(message.request)?.resolve(message.text);
      case "failed":
        log.error("screen_failed", { err: message.error });
        if (message.request !== undefined) {
          this.#settle(message.request)?.reject(lost(message.error));
        }
    }
  }

  #settle(request: number): Request | undefined {
    const found = this.#requests.get(request);
    this.#requests.delete(request);
    return found;
  }

  #onEnd(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    log.error("screen_worker_died", { why });
    for (const { onLost } of this.#mirrors.values()) onLost();
    for (const { reject } of this.#requests.values()) reject(lost(why));
    this.#requests.clear();
  }
}

function lost(why: string): HypivisorError {
  return new HypivisorError("unavailable", `Cannot draw the screen: ${why}`);
}
