/**
 * One terminal: its program and what it shows, joined.
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
  TerminalState,
  TerminalUp,
} from "../protocol/terminal.ts";
import { type Arrival, Broadcast } from "./broadcast.ts";
import type { ChildRecords } from "./child_record.ts";
import type { Connection } from "./connection.ts";
import type { Courtesy } from "./courtesy.ts";
import { type ProgramFacts, withTold } from "./facts.ts";
import { WINDOW_BYTES } from "./pace.ts";
import { Program } from "./program.ts";
import { Scanner } from "./scanner.ts";
import type { Screens } from "./screen/screens.ts";
import { INPUT_MAX_BYTES, Typists } from "./typists.ts";
import type { Viewer } from "./viewer.ts";

const log = logger("terminal");

const encoder = new TextEncoder();

/** How a program is asked to end before it is made to. */
export interface EndParams {
  readonly keys?: string;
  readonly patienceMs?: number;
}

/** What all terminals share. */
export interface TerminalHost {
  readonly records: ChildRecords;
  readonly screens: Screens;
  readonly courtesy: Courtesy;
  /** The record of this one is another now. */
  changed(id: TerminalId): void;
}

export class Terminal {
  readonly #spec: OpenSpec;
  readonly #host: TerminalHost;
  readonly #openedAt = Date.now();
  readonly #broadcast: Broadcast;
  readonly #typists = new Typists();
  #scanner: Scanner;
  #program: Program | undefined;
  #state: TerminalState;
  #facts: ProgramFacts = {};
  #name: string | undefined;

  constructor(spec: OpenSpec, host: TerminalHost) {
    this.#spec = spec;
    this.#host = host;
    this.#name = spec.name;
    this.#broadcast = new Broadcast(spec.size, spec.mayWait, host, {
      onHold: (isHeld) => this.#program?.hold(isHeld),
      onSize: (size) => this.#program?.resize(size),
    });
    this.#scanner = this.#newScanner();
    this.#state = this.#start();
  }

  get id(): TerminalId {
    return this.#spec.id;
  }

  get isRunning(): boolean {
    return this.#state.kind === "running";
  }

  get isTransient(): boolean {
    return this.#spec.isTransient;
  }

  /** Whether anybody was ever attached. */
  get wasSeen(): boolean {
    return this.#broadcast.wasSeen;
  }

  get isWatched(): boolean {
    return !this.#broadcast.audience.isEmpty;
  }

  record(): TerminalRecord {
    const { id, kind, node, command, folder } = this.#spec;
    return {
      id,
      kind,
      ...(node ? { node } : {}),
      command,
      folder,
      ...this.#facts,
      ...(this.#name ? { name: this.#name } : {}),
      size: this.#broadcast.size,
      state: this.#state,
      openedAt: this.#openedAt,
      viewers: this.#broadcast.audience.cards(),
    };
  }

  /** Tells the viewers how it is. Called after `changed`, not too often. */
  inform(): void {
    this.#broadcast.inform(this.record());
  }

  rename(name: string): void {
    this.#name = name || undefined;
    this.#changed();
  }

  tail(lines: number): Promise<string> {
    return this.#broadcast.tail(lines);
  }

  /** @throws {HypivisorError} `conflict` or `unavailable` if nobody reads it. */
  type(text: string): void {
    const program = this.#program;
    if (!program || !this.isRunning) {
      throw new HypivisorError(
        "conflict",
        `Cannot type into terminal "${this.id}": its program has ended`,
      );
    }
    if (program.inputBytes > INPUT_MAX_BYTES) {
      throw new HypivisorError(
        "unavailable",
        `Cannot type into terminal "${this.id}": its program does not read`,
      );
    }
    program.write(encoder.encode(text));
  }

  attach(
    arrival: Arrival & { readonly place: TerminalPlace | undefined },
    connection: Connection,
  ): Viewer {
    const viewer = this.#broadcast.attach(arrival, connection);
    this.#broadcast.applySize();
    viewer.tell({
      type: "attached",
      viewer: viewer.card.id,
      window: WINDOW_BYTES,
      terminal: this.record(),
    });
    this.#broadcast.begin(viewer, arrival.place);
    this.#changed();
    return viewer;
  }

  detach(viewer: Viewer, isBye: boolean): void {
    this.#typists.leave(viewer);
    this.#broadcast.detach(viewer, isBye);
    this.#broadcast.applySize();
    this.#changed();
  }

  input(viewer: Viewer, bytes: Uint8Array): void {
    if (viewer.card.readOnly) {
      return viewer.refuse("This viewer may only look");
    }
    const program = this.#program;
    if (!program || !this.isRunning) {
      return viewer.refuse("The program has ended");
    }
    this.#act(viewer);
    program.write(bytes);
    this.#broadcast.typed();
    this.#typists.typed(viewer, program.inputBytes);
  }

  take(viewer: Viewer, message: TerminalUp): void {
    switch (message.type) {
      case "ack":
        viewer.pace.ack(message.offset);
        return this.advance(viewer);
      case "size": {
        const { cols, rows } = message;
        this.#broadcast.audience.resize(viewer, { cols, rows });
        if (this.#broadcast.applySize()) this.#changed();
        return;
      }
      case "claim":
        if (viewer.card.readOnly) {
          return viewer.refuse("This viewer may only look");
        }
        return this.#act(viewer);
    }
  }

  /** A viewer may be sent more: it acknowledged, or its connection drained. */
  advance(viewer: Viewer): void {
    this.#broadcast.advance(viewer);
  }

  /** Resolves when nothing is left of the program. */
  async end({ keys, patienceMs = 0 }: EndParams = {}): Promise<void> {
    const program = this.#program;
    if (!program) return;
    if (keys) program.write(encoder.encode(keys));
    if (patienceMs > 0) await program.endsWithin(patienceMs);
    await program.end();
  }

  /** @throws {HypivisorError} `conflict` while its program is running. */
  async restart(): Promise<void> {
    if (this.isRunning) {
      throw new HypivisorError(
        "conflict",
        `Cannot restart terminal "${this.id}": its program is running`,
      );
    }
    // What it left behind may be ending still.
    await this.#program?.gone;
    if (this.isRunning) return; // Asked twice.
    this.#broadcast.restart();
    this.#scanner = this.#newScanner();
    this.#facts = {};
    this.#state = this.#start();
    this.#changed();
  }

  /** Sends the viewers away, who are told how it ended. */
  close(): void {
    this.inform();
    this.#broadcast.close();
  }

  #changed(): void {
    this.#host.changed(this.id);
  }

  /** A viewer did something that gives it the terminal's size. */
  #act(viewer: Viewer): void {
    const { audience } = this.#broadcast;
    const before = audience.holder;
    audience.act(viewer);
    if (this.#broadcast.applySize() || audience.holder !== before) {
      this.#changed();
    }
  }

  #newScanner(): Scanner {
    return new Scanner((told) => {
      const before = this.#facts;
      this.#facts = withTold(before, told, Date.now());
      if (this.#facts !== before) this.#changed();
    });
  }

  #start(): TerminalState {
    try {
      const { records } = this.#host;
      const program = new Program(this.#spec, this.#broadcast.size, records, {
        onOutput: (chunks) => this.#onOutput(chunks),
        onInputTaken: (left) => this.#typists.taken(left),
        onExit: (code, signal) => this.#onExit(code, signal),
      });
      this.#program = program;
      void program.gone.then(() => this.#program = undefined);
      return { kind: "running", since: Date.now(), pid: program.pid };
    } catch (thrown) {
      if (!(thrown instanceof HypivisorError)) throw thrown;
      return { kind: "failed", at: Date.now(), reason: thrown.message };
    }
  }

  #onOutput(chunks: readonly Uint8Array[]): void {
    try {
      this.#broadcast.output(chunks);
      for (const chunk of chunks) this.#scanner.push(chunk);
    } catch (thrown) {
      // A bug of ours must not have the program wait for ever.
      log.failed("output_failed", thrown, { terminal: this.id });
    }
  }

  #onExit(code: number | null, signal: string | null): void {
    this.#state = { kind: "exited", at: Date.now(), code, signal };
    log.info("program_ended", {
      terminal: this.id,
      code: code ?? undefined,
      signal: signal ?? undefined,
    });
    this.#typists.releaseAll();
    this.#changed();
  }
}
