/**
 * One terminal: its program, what it printed, and its viewers, joined.
 *
 * The record is what others see of it; it changes here only. Knows neither
 * sockets nor the other terminals.
 */

import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import type { OpenSpec } from "../protocol/runner.ts";
import type {
  TerminalId,
  TerminalPlace,
  TerminalRecord,
  TerminalSize,
  TerminalState,
  TerminalUp,
} from "../protocol/terminal.ts";
import { Audience } from "./audience.ts";
import { childEnv } from "./child_env.ts";
import type { Connection } from "./connection.ts";
import { WINDOW_BYTES } from "./pace.ts";
import { Pty } from "./pty.ts";
import { Tape } from "./tape.ts";
import { Viewer, type ViewerCard } from "./viewer.ts";

const log = logger("terminal");

const GRACE_MS = 1_000;

export interface Attachment {
  readonly card: ViewerCard;
  readonly place: TerminalPlace | undefined;
  readonly size: TerminalSize | undefined;
}

export class Terminal {
  readonly #spec: OpenSpec;
  readonly #onChange: () => void;
  readonly #openedAt = Date.now();
  readonly #audience = new Audience();
  #stream = crypto.randomUUID();
  #tape: Tape;
  #pty: Pty | undefined;
  #state: TerminalState;
  #name: string | undefined;
  #isHeld = false;
  #ended = Promise.withResolvers<void>();

  constructor(spec: OpenSpec, onChange: () => void) {
    this.#spec = spec;
    this.#name = spec.name;
    this.#onChange = onChange;
    this.#tape = new Tape(spec.size);
    this.#state = this.#start();
  }

  get id(): TerminalId {
    return this.#spec.id;
  }

  get isRunning(): boolean {
    return this.#state.kind === "running";
  }

  record(): TerminalRecord {
    const { id, kind, node, command, folder } = this.#spec;
    return {
      id,
      kind,
      ...(node ? { node } : {}),
      command,
      folder,
      ...(this.#name ? { name: this.#name } : {}),
      size: this.#tape.size.size,
      state: this.#state,
      openedAt: this.#openedAt,
      viewers: this.#audience.cards(),
    };
  }

  rename(name: string): void {
    this.#name = name;
    this.#onChange();
  }

  type(bytes: Uint8Array): void {
    this.#pty?.write(bytes);
  }

  attach(attachment: Attachment, connection: Connection): Viewer {
    const viewer = new Viewer(
      attachment.card,
      connection,
      { tape: this.#tape, stream: this.#stream },
      () => this.#paint(viewer),
    );
    viewer.size = attachment.size;
    this.#audience.add(viewer);
    this.#applySize();
    this.#onChange();
    viewer.tell({
      type: "attached",
      viewer: viewer.card.id,
      window: WINDOW_BYTES,
      terminal: this.record(),
    });
    const { place } = attachment;
    if (
      place?.stream === this.#stream && place.offset >= this.#tape.start &&
      place.offset <= this.#tape.end
    ) viewer.resume(place);
    else this.#paint(viewer);
    viewer.pump(Date.now());
    return viewer;
  }

  detach(viewer: Viewer, _isBye: boolean): void {
    this.#audience.remove(viewer);
    this.#applySize();
    this.#brake();
    this.#onChange();
    if (this.#spec.isTransient && this.#audience.isEmpty) void this.end();
  }

  input(viewer: Viewer, bytes: Uint8Array): void {
    if (viewer.card.readOnly) {
      viewer.tell({ type: "refused", reason: "This viewer may only look" });
      return;
    }
    this.#audience.act(viewer);
    this.#applySize();
    this.type(bytes);
  }

  take(viewer: Viewer, message: TerminalUp): void {
    switch (message.type) {
      case "ack":
        viewer.pace.ack(message.offset);
        return this.advance(viewer);
      case "size":
        this.#audience.resize(viewer, {
          cols: message.cols,
          rows: message.rows,
        });
        return this.#applySize();
      case "claim":
        this.#audience.act(viewer);
        return this.#applySize();
    }
  }

  /** A viewer may be sent more: it acknowledged, or its connection drained. */
  advance(viewer: Viewer): void {
    viewer.pump(Date.now());
    this.#brake();
  }

  async end(): Promise<void> {
    if (!this.#pty) return;
    const { pid } = this.#pty;
    signalGroup(pid, "SIGHUP");
    signalGroup(pid, "SIGCONT");
    const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE_MS);
    await this.#ended.promise;
    clearTimeout(timer);
  }

  restart(): void {
    if (this.isRunning) {
      throw new HypivisorError(
        "conflict",
        `Cannot restart terminal "${this.id}": its program is running`,
      );
    }
    const size = this.#tape.size.size;
    this.#tape = new Tape(size);
    this.#stream = crypto.randomUUID();
    this.#ended = Promise.withResolvers();
    this.#state = this.#start();
  }

  #start(): TerminalState {
    const { env, id } = this.#spec;
    try {
      this.#pty = new Pty(
        {
          ...this.#spec,
          size: this.#tape.size.size,
          env: childEnv(env, id),
        },
        () => undefined,
        {
          onOutput: (bytes) => this.#onOutput(bytes),
          onInputTaken: () => {},
          onExit: (code, signal) => this.#onExit(code, signal),
          onEnd: () => {},
        },
      );
      return { kind: "running", since: Date.now(), pid: this.#pty.pid };
    } catch (thrown) {
      return { kind: "failed", at: Date.now(), reason: String(thrown) };
    }
  }

  #onOutput(bytes: Uint8Array): void {
    this.#tape.append(bytes);
    const now = Date.now();
    for (const viewer of this.#audience.viewers) viewer.pump(now);
    this.#brake();
  }

  #onExit(code: number | null, signal: string | null): void {
    this.#state = { kind: "exited", at: Date.now(), code, signal };
    this.#pty?.close();
    this.#pty = undefined;
    log.info("program_ended", { terminal: this.id, code: code ?? -1 });
    for (const viewer of this.#audience.viewers) {
      viewer.tell({ type: "terminal", terminal: this.record() });
    }
    this.#ended.resolve();
    this.#onChange();
  }

  #brake(): void {
    if (!this.#spec.mayWait) return;
    const hold = this.#audience.shouldHold(
      this.#tape.end,
      this.#isHeld,
      Date.now(),
    );
    if (hold === this.#isHeld) return;
    this.#isHeld = hold;
    this.#pty?.hold(hold);
  }

  #applySize(): void {
    const wanted = this.#audience.size;
    const { size } = this.#tape.size;
    if (!wanted || (wanted.cols === size.cols && wanted.rows === size.rows)) {
      return;
    }
    this.#tape.resize(wanted);
    this.#pty?.resize(wanted);
    for (const viewer of this.#audience.viewers) viewer.pump(Date.now());
    this.#onChange();
  }

  #paint(viewer: Viewer): void {
    const offset = this.#tape.start;
    const { size, number } = this.#tape.sizeAt(offset);
    viewer.show({ bytes: new Uint8Array(), offset, size, sizeNumber: number });
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
