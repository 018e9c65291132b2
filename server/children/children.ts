/**
 * The daemon's side of what the runner owns: terminals, agents in them, and
 * services.
 *
 * Joins the parts of this folder; each of them knows only what it needs. Made
 * by `app.ts`, used by calls and links.
 */

import { HypivisorError } from "../errors.ts";
import type { NodeId, UnixMs } from "../protocol/node.ts";
import type { ParamsOf, SpawnChoice, Spawning } from "../protocol/rpc.ts";
import type { RunnerMethods } from "../protocol/runner.ts";
import type { ServiceName, ServiceRecord } from "../protocol/service.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import { Attachment } from "./attachment.ts";
import type { Way } from "./environment.ts";
import { Room } from "./room.ts";
import { END_WITHIN_MS, type RunnerFacts } from "./runner_client.ts";
import type { ConnectionEvents } from "./runner_connection.ts";
import { RunnerHold } from "./runner_hold.ts";
import { ServiceDesk } from "./service_desk.ts";
import { type ServiceChange, Services } from "./services.ts";
import { Shells } from "./shells.ts";
import { Spawner } from "./spawner.ts";
import { type Roster, Starts } from "./starts.ts";
import { type TerminalChange, Terminals } from "./terminals.ts";

export interface ChildrenParts {
  /** The locked one. */
  readonly dataDir: string;
  readonly logLevel: string;
  readonly maxTerminals: number;
  /** Of the files of services; undefined if another daemon runs them. */
  readonly servicesDir: string | undefined;
  readonly machine: string;
  readonly roster: Roster;
  /** Where children find this daemon; known once it listens. */
  readonly way: () => Way;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => UnixMs;
  readonly count: (what: "opened" | "spawn_failed") => void;
}

export class Children {
  readonly #terminals = new Terminals();
  readonly #services = new Services();
  readonly services: ServiceDesk;
  readonly #hold: RunnerHold;
  readonly #room: Room;
  readonly #shells: Shells;
  readonly #spawner: Spawner;
  readonly #starts: Starts;
  readonly #count: ChildrenParts["count"];

  constructor(parts: ChildrenParts) {
    const { dataDir, logLevel, now, count } = parts;
    const terminals = this.#terminals;
    const place = { dataDir, logLevel };
    this.#count = count;
    this.#hold = new RunnerHold({
      place,
      terminals,
      services: this.#services,
      now,
      joined: (client) => this.services.joined(client),
      lost: () => this.services.lost(),
    });
    this.services = new ServiceDesk({
      hold: this.#hold,
      services: this.#services,
      folder: parts.servicesDir,
      env: parts.env,
      now,
    });
    this.#room = new Room(parts.maxTerminals, () => terminals.running);
    const shared = {
      ...parts,
      hold: this.#hold,
      room: this.#room,
      terminals,
    };
    this.#shells = new Shells(shared);
    this.#spawner = new Spawner({
      ...shared,
      failed: () => count("spawn_failed"),
    });
    this.#starts = new Starts({
      ...shared,
      tail: (id, lines) => this.tail(id, lines),
    });
  }

  /** Undefined while there is no runner. */
  get runner(): RunnerFacts | undefined {
    return this.#hold.facts;
  }

  get running(): number {
    return this.#terminals.running;
  }

  list(): readonly TerminalRecord[] {
    return this.#terminals.list();
  }

  find(id: TerminalId): TerminalRecord | undefined {
    return this.#terminals.find(id);
  }

  /** @throws {HypivisorError} `not_found`. */
  get(id: TerminalId): TerminalRecord {
    return this.#terminals.get(id);
  }

  onChange(listener: (change: TerminalChange) => void): () => void {
    return this.#terminals.onChange(listener);
  }

  onServiceChange(listener: (change: ServiceChange) => void): () => void {
    return this.#services.onChange(listener);
  }

  findService(name: ServiceName): ServiceRecord | undefined {
    return this.#services.find(name);
  }

  /** Finds what the last daemon left, and starts what services there are. */
  takeOver(): Promise<void> {
    return this.services.begin(this.#hold.takeOver());
  }

  /** Lets go of the runner: it and all that it has go on. */
  letGo(): void {
    this.#starts.close();
    this.services.close();
    this.#hold.close();
  }

  /** Ends the runner and all that it has. */
  shutdown(): Promise<void> {
    return this.#hold.shutdown();
  }

  async open(choice: ParamsOf<"open_terminal">): Promise<TerminalRecord> {
    const record = await this.#shells.open(choice);
    this.#count("opened");
    return record;
  }

  /**
   * Keeps a place for `openTransient`, which has to be decided on the spot.
   *
   * @throws {HypivisorError} `unavailable` if there is none.
   */
  keepRoom(): Disposable {
    return this.#room.take();
  }

  /** A shell that ends with its only viewer. */
  async openTransient(
    choice: ParamsOf<"open_terminal">,
    permit: Disposable,
  ): Promise<TerminalRecord> {
    const record = await this.#shells.open(choice, {
      isTransient: true,
      permit,
    });
    this.#count("opened");
    return record;
  }

  attach(
    params: RunnerMethods["attach"]["params"],
    events: ConnectionEvents,
  ): Promise<Attachment> {
    return Attachment.open(this.#hold.socket, params, events);
  }

  async close(id: TerminalId): Promise<void> {
    this.#terminals.get(id);
    if (!this.#terminals.isLost(id)) {
      await this.#hold.call("close", { terminal: id }, END_WITHIN_MS);
    }
    this.#terminals.remove(id);
  }

  /** @throws {HypivisorError} `conflict` for one that runs, or an agent's. */
  async restart(id: TerminalId): Promise<TerminalRecord> {
    const { kind, node } = this.#terminals.get(id);
    if (kind === "agent") {
      // Its command line has the first prompt in it, which was answered.
      throw new HypivisorError(
        "conflict",
        `Cannot restart the terminal of an agent: resume node "${node}"`,
      );
    }
    const lost = this.#terminals.isLost(id) && this.#terminals.get(id);
    if (lost) return await this.#shells.reopen(lost);
    using _permit = this.#room.take();
    const record = await this.#hold.call("restart", { terminal: id });
    this.#terminals.set(record);
    return record;
  }

  async rename(id: TerminalId, name: string): Promise<TerminalRecord> {
    if (this.#terminals.isLost(id)) {
      throw new HypivisorError(
        "conflict",
        `Cannot rename terminal "${id}": its runner is gone`,
      );
    }
    this.#terminals.get(id);
    const record = await this.#hold.call("rename", { terminal: id, name });
    this.#terminals.set(record);
    return record;
  }

  async tail(id: TerminalId, lines: number): Promise<string> {
    this.#terminals.get(id);
    if (this.#terminals.isLost(id)) return "";
    const { text } = await this.#hold.call("tail", { terminal: id, lines });
    return text;
  }

  async spawn(params: ParamsOf<"spawn_agent">): Promise<Spawning> {
    const spawning = await this.#spawner.spawn(params);
    this.#count("opened");
    return spawning;
  }

  async resume(node: NodeId, choice: SpawnChoice): Promise<Spawning> {
    const spawning = await this.#spawner.resume(node, choice);
    this.#count("opened");
    return spawning;
  }

  stop(node: NodeId, isForced: boolean): Promise<void> {
    return this.#spawner.stop(node, isForced);
  }
}
