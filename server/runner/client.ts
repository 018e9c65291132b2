/**
 * One client of the runner: a daemon's connection, from its hello to its end.
 *
 * It greets, then calls, and a connection that attached is a viewer's alone.
 * Whatever goes wrong here ends this connection and nothing else.
 */

import { COMMIT, VERSION } from "../build_info.ts";
import { HypivisorError, toWireError } from "../errors.ts";
import { decodeText, type FrameKind } from "../frames.ts";
import { logger } from "../log.ts";
import {
  FRAME_KIND,
  RUNNER_PROTOCOL,
  type RunnerHello,
  type RunnerMethods,
  type RunnerPush,
  type RunnerReply,
} from "../protocol/runner.ts";
import { parseJson } from "../read.ts";
import { type CallContext, HANDLERS, type PlainMethod } from "./calls.ts";
import type { Connection } from "./connection.ts";
import {
  type Call,
  PARAMS,
  readCall,
  readCallId,
  readHello,
  readUp,
} from "./read_call.ts";
import type { Runner } from "./runner.ts";
import type { Services } from "./services/services.ts";
import { Subscriptions } from "./services/subscriptions.ts";
import type { Terminal } from "./terminal.ts";
import type { Viewer } from "./viewer.ts";

const log = logger("client");

type Phase =
  | { readonly kind: "greeting" }
  | { readonly kind: "calling" }
  | {
    readonly kind: "viewing";
    readonly terminal: Terminal;
    readonly viewer: Viewer;
    isBye: boolean;
  }
  | { readonly kind: "closed" };

export interface Host {
  readonly runner: Runner;
  readonly services: Services;
  readonly startedAt: number;
  shutdown(): Promise<void>;
}

export class Client {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #push = (push: RunnerPush) => this.#connection.send(push);
  /** Logs of services that are read here. */
  readonly #subscriptions: Subscriptions;
  #phase: Phase = { kind: "greeting" };

  constructor(connection: Connection, host: Host) {
    this.#connection = connection;
    this.#host = host;
    this.#subscriptions = new Subscriptions(connection);
    const hello: RunnerHello = {
      type: "hello",
      ...RUNNER_PROTOCOL,
      build: `${VERSION} (${COMMIT})`,
      pid: process.pid,
      startedAt: host.startedAt,
    };
    connection.send(hello);
  }

  /** @throws {HypivisorError} if it is not to be understood. */
  onFrame(kind: FrameKind, payload: Uint8Array): void {
    const phase = this.#phase;
    switch (phase.kind) {
      case "greeting":
        return this.#greet(kind, payload);
      case "calling":
        return this.#call(parseJson(controlText(kind, payload)));
      case "viewing":
        if (kind === FRAME_KIND.bytes) {
          return phase.terminal.input(phase.viewer, payload);
        }
        return this.#view(phase, parseJson(decodeText(payload)));
      case "closed":
        return;
    }
  }

  onDrain(): void {
    this.#subscriptions.advance();
    if (this.#phase.kind !== "viewing") return;
    this.#phase.terminal.advance(this.#phase.viewer);
  }

  onClose(): void {
    const phase = this.#phase;
    this.#phase = { kind: "closed" };
    this.#host.runner.unwatch(this.#push);
    this.#host.services.unwatch(this.#push);
    this.#subscriptions.close();
    if (phase.kind === "viewing") {
      phase.terminal.detach(phase.viewer, phase.isBye);
    }
  }

  #greet(kind: FrameKind, payload: Uint8Array): void {
    const hello = readHello(parseJson(controlText(kind, payload)), "hello");
    const { oldest, newest } = RUNNER_PROTOCOL;
    if (hello.newest < oldest || hello.oldest > newest) {
      throw new HypivisorError(
        "conflict",
        `Cannot speak with a daemon of versions ${hello.oldest} to ${hello.newest}: this runner speaks ${oldest} to ${newest}`,
      );
    }
    this.#phase = { kind: "calling" };
  }

  #view(phase: Phase & { kind: "viewing" }, value: unknown): void {
    const message = readUp(value);
    if (message.type === "bye") phase.isBye = true;
    else phase.terminal.take(phase.viewer, message);
  }

  #call(value: unknown): void {
    let call: Call;
    try {
      call = readCall(value);
    } catch (thrown) {
      const id = readCallId(value);
      if (id === undefined) throw thrown;
      return this.#reply({ id, error: toWireError(thrown) });
    }
    if (call.method === "attach") return this.#attach(call);
    void this.#answer(call as Call<PlainMethod>);
  }

  async #answer<M extends PlainMethod>(call: Call<M>): Promise<void> {
    try {
      const params = PARAMS[call.method](call.params, "params");
      const handle = HANDLERS[call.method] as (
        params: RunnerMethods[M]["params"],
        context: CallContext,
      ) => unknown;
      const result = await handle(params, {
        runner: this.#host.runner,
        services: this.#host.services,
        subscriptions: this.#subscriptions,
        push: this.#push,
        shutdown: () => this.#host.shutdown(),
      });
      this.#reply({ id: call.id, result });
    } catch (thrown) {
      if (!(thrown instanceof HypivisorError)) {
        log.failed("call_failed", thrown, { method: call.method });
      }
      this.#reply({ id: call.id, error: toWireError(thrown) });
    }
  }

  #attach(call: Call): void {
    try {
      const params = PARAMS.attach(call.params, "params");
      const terminal = this.#host.runner.find(params.terminal);
      const card = {
        id: crypto.randomUUID(),
        name: params.name,
        readOnly: params.readOnly,
      };
      this.#reply({ id: call.id, result: { viewer: card.id } });
      const viewer = terminal.attach(
        { card, place: params.place, size: params.size },
        this.#connection,
      );
      this.#phase = { kind: "viewing", terminal, viewer, isBye: false };
    } catch (thrown) {
      this.#reply({ id: call.id, error: toWireError(thrown) });
    }
  }

  #reply(reply: RunnerReply): void {
    if (this.#phase.kind !== "closed") this.#connection.send(reply);
  }
}

function controlText(kind: FrameKind, payload: Uint8Array): string {
  if (kind === FRAME_KIND.control) return decodeText(payload);
  throw new HypivisorError(
    "bad_request",
    "Cannot take bytes here: attach to a terminal first",
  );
}
