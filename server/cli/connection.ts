/**
 * The way to one daemon: requests and WebSockets, over its Unix socket or an
 * address, with the credential on them. What goes wrong is said in one line.
 *
 * Does not know what is asked: `rpc_socket.ts` and the commands do.
 */

import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import type { Target } from "./target.ts";

/** A person waits no longer for a first answer. */
const ANSWER_WITHIN_MS = 10_000;

/** Of what a refusal says, in characters. */
const REASON_MAX = 200;

/** Longest name of a Unix socket on every system we run on. */
const SOCKET_PATH_MAX = 100;

/** How it is told that nobody listens. */
const NOBODY = new Set([
  "ENOENT",
  "ENOTDIR",
  "ECONNREFUSED",
  "ConnectionRefused",
  "FailedToOpenSocket",
]);

/** No way to a daemon: exit code 3. */
export class UnreachableError extends HypivisorError {
  /** Whether there is none at all, rather than one that refuses. */
  readonly isNobody: boolean;
  /** The socket where nobody is, if it was one. */
  readonly socket: string | undefined;

  constructor(message: string, isNobody = false, socket?: string) {
    super("unavailable", message);
    this.isNobody = isNobody;
    this.socket = socket;
  }
}

type Dial = new (url: string, options: Bun.WebSocketOptions) => Bun.WebSocket;

export class Connection {
  readonly target: Target;
  #socketPath: string | undefined;

  constructor(target: Target) {
    this.target = target;
  }

  /** For people: which one it is. */
  get name(): string {
    const { target } = this;
    return target.kind === "socket" ? `"${target.dataDir}"` : target.url;
  }

  /** @throws {UnreachableError} unless the daemon answers and lets us in. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { target } = this;
    const base = target.kind === "socket" ? "http://localhost" : target.url;
    let response: Response;
    try {
      response = await fetch(base + path, {
        ...init,
        headers: this.#headers(),
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        ...target.kind === "socket" ? { unix: this.#plainPath() } : {},
      });
    } catch (thrown) {
      throw this.#unreachable(thrown as NodeJS.ErrnoException);
    }
    const refusal = await this.#refusal(response);
    if (refusal) throw refusal;
    return response;
  }

  /**
   * Begins to open a WebSocket. It tells by its events what becomes of it;
   * `why` then says what stood in the way.
   */
  dial(path: string, protocols: readonly string[] = []): Bun.WebSocket {
    const { target } = this;
    const base = target.kind === "socket"
      ? `ws+unix://${this.#plainPath()}:`
      : target.url.replace(/^http/, "ws");
    const socket = new (WebSocket as unknown as Dial)(base + path, {
      ...protocols.length > 0 ? { protocols: [...protocols] } : {},
      headers: this.#headers(),
    });
    socket.binaryType = "nodebuffer";
    return socket;
  }

  /** What stood in the way of a socket that did not open. */
  async why(): Promise<UnreachableError> {
    try {
      const { status } = await this.fetch("/healthz");
      return new UnreachableError(
        `Cannot speak to ${this.name}: it refused a socket (${status})`,
      );
    } catch (thrown) {
      if (thrown instanceof UnreachableError) return thrown;
      throw thrown;
    }
  }

  #headers(): Record<string, string> {
    const { target } = this;
    if (target.kind === "socket" || target.token === undefined) return {};
    return { Authorization: `Bearer ${target.token}` };
  }

  async #refusal(response: Response): Promise<UnreachableError | undefined> {
    const { status } = response;
    if (status === 401) {
      const { target } = this;
      const what = target.kind === "url" && target.token !== undefined
        ? "this is not its token"
        : "it asks for its token";
      return new UnreachableError(
        `Cannot get in at ${this.name}: ${what}. Give it by --token-file or HYPI_TOKEN`,
      );
    }
    if (status !== 403 && status !== 429) return undefined;
    const text = (await response.text()).trim().slice(0, REASON_MAX);
    return new UnreachableError(`Cannot get in at ${this.name}: ${text}`);
  }

  #unreachable({ name, code, message }: NodeJS.ErrnoException) {
    if (name === "TimeoutError") {
      return new UnreachableError(
        `Cannot reach ${this.name}: no answer within ${
          ANSWER_WITHIN_MS / 1_000
        } s`,
      );
    }
    if (!NOBODY.has(code ?? "")) {
      // What Bun 1.4.5 asks back says nothing.
      const [why] = message.split(/[:.] (?=Was there|Is the)/);
      return new UnreachableError(`Cannot reach ${this.name}: ${why}`);
    }
    const said = this.target.kind === "socket"
      ? `No hypivisor is running with the data directory ${this.name}. Start one: hypivisor`
      : `No hypivisor answers at ${this.name}`;
    const { target } = this;
    const path = target.kind === "socket" ? target.path : undefined;
    return new UnreachableError(said, true, path);
  }

  /**
   * The socket's path, or a link to it: Bun 1.4.5 finds no socket whose path
   * has a space, a colon or a letter beyond ASCII in it, and the system none
   * that is long.
   */
  #plainPath(): string {
    if (this.target.kind !== "socket") return "";
    const { path } = this.target;
    if (/^[\w/.@+,-]+$/.test(path) && path.length <= SOCKET_PATH_MAX) {
      return path;
    }
    if (this.#socketPath === undefined) {
      const folder = mkdtempSync(join(tmpdir(), "hypivisor-"));
      process.once("exit", () => {
        rmSync(folder, { recursive: true, force: true });
      });
      this.#socketPath = join(folder, "sock");
      symlinkSync(path, this.#socketPath);
    }
    return this.#socketPath;
  }
}
