/**
 * The set of services: which there are by their files, and what is remembered
 * of each. Read, compared, and brought in line, one load after the other.
 *
 * What is done to services that are there is in `acts.ts`. Knows no sockets.
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { makePrivateDir } from "../../paths.ts";
import type {
  ConfigFault,
  ReloadResult,
  ServiceName,
  ServicePush,
  ServiceRecord,
} from "../../protocol/service.ts";
import type { ReadConfig, ServiceConfig } from "./config/config.ts";
import { faultsOf, type FolderRead, readFolder } from "./config/folder.ts";
import { FolderLock } from "./config/folder_lock.ts";
import { Departures } from "./departures.ts";
import { Entries, type Entry, nameOf } from "./entries.ts";
import { retryOften, shareMemory } from "./log_care.ts";
import { ServiceLog } from "./logs/service_log.ts";
import { News } from "./news.ts";
import { Order } from "./order.ts";
import { planReload } from "./plan.ts";
import { PortBook } from "./port_book.ts";
import type { Environment } from "./process/environment.ts";
import { SpawnGate } from "./process/spawn_gate.ts";
import type { RunTools } from "./run.ts";
import { Service } from "./service.ts";
import type { ServicesParts } from "./service_parts.ts";
import { invalidRecord } from "./service_record.ts";
import { StateFile } from "./state_file.ts";

export class Services {
  readonly #parts: ServicesParts;
  readonly #tools: RunTools;
  readonly #logDir: string;
  readonly #socketDir: string;
  readonly #state: StateFile;
  readonly #ports: PortBook;
  readonly #news = new News();
  readonly #killed: Set<string>;
  /** Stopped because the daemon was, to be started for the next one. */
  readonly #parked = new Set<ServiceName>();
  readonly order = new Order(() => this.all());
  #entries = new Entries();
  #folder: string | undefined;
  readonly #lock = new FolderLock();
  #env: Environment = {};
  #isLeaving = false;
  /** The load that is under way, or was the last. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #departures = new Departures();

  /** Called when `isBusy` may have changed. */
  onCount: () => void = () => {};

  constructor(parts: ServicesParts) {
    this.#parts = parts;
    this.#killed = new Set(parts.killed);
    this.#logDir = join(parts.dataDir, "logs", "services");
    makePrivateDir(join(parts.dataDir, "logs"));
    this.#socketDir = join(parts.dataDir, "mcp");
    for (const dir of [this.#logDir, this.#socketDir]) makePrivateDir(dir);
    this.#state = new StateFile(join(parts.dataDir, "services.json"));
    this.#ports = new PortBook(
      this.#state,
      () => this.#entries.declaredPorts(),
    );
    this.#tools = {
      records: parts.records,
      orphans: parts.orphans,
      gate: new SpawnGate(),
      inherited: () => this.#env,
    };
    retryOften(() => this.all(), (one) => this.#changed(one));
  }

  /** The daemon is stopping in order: nothing is to be started. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Whether anything runs, or will by itself. */
  get isBusy(): boolean {
    return this.#departures.any ||
      this.#entries.all().some(({ isBusy }) => isBusy);
  }

  /** Whose file is gone, and which have not ended yet. */
  departing(): Iterable<Service> {
    return this.#departures.all();
  }

  /** In the order of their names; those never valid are not among them. */
  all(): Iterable<Service> {
    return this.#entries.all();
  }

  names(): ServiceName[] {
    return [...this.#entries.keys()];
  }

  /** The service, the record of an invalid one, or undefined. */
  find(name: string): Service | ServiceRecord | undefined {
    return this.#entries.find(name);
  }

  list(): ServiceRecord[] {
    return this.#entries.list();
  }

  /** What was said by one whose file is invalid now. */
  oldLog(name: ServiceName): ServiceLog {
    return ServiceLog.closed(this.#logPath(name));
  }

  watch(tell: (push: ServicePush) => void): ServiceRecord[] {
    this.#news.watch(tell);
    return this.list();
  }

  unwatch(tell: (push: ServicePush) => void): void {
    this.#news.unwatch(tell);
  }

  /**
   * Takes the files as they are; a bad one keeps nothing down but itself.
   *
   * @throws {HypivisorError} `conflict` if another runner has the folder.
   */
  load(folder: string, env: Environment): Promise<ServiceRecord[]> {
    return this.#inTurn(async () => {
      this.#folder = folder;
      this.#env = env;
      this.#isLeaving = false;
      await this.#lock.take(folder);
      const read = await this.#read(folder);
      const isReadable = read.faults.length === 0;
      const added = isReadable ? this.#apply(read.services) : [];
      const parked = [...this.all()].filter(({ name }) =>
        this.#parked.delete(name)
      );
      this.#boot([...added, ...parked]);
      return this.list();
    });
  }

  /** All or nothing. What is new is started. @throws As `load` does. */
  reload(): Promise<ReloadResult> {
    return this.#inTurn(async (): Promise<ReloadResult> => {
      if (this.#folder !== undefined) await this.#lock.take(this.#folder);
      const read = await this.#read(this.#folder);
      const faults = faultsOf(read);
      if (faults.length > 0) {
        const fresh = this.#entries.tellFaults(read.services, Date.now());
        for (const one of fresh) this.#news.changed(one.name, () => one);
        return { kind: "refused", faults };
      }
      const configs = read.services.flatMap((one) => one.ok ? one.config : []);
      const lists = planReload(this.#entries.configs(), configs);
      const added = this.#apply(read.services);
      await this.#departures.ended();
      if (!this.#isLeaving) this.#boot(added);
      return { kind: "done", ...lists };
    });
  }

  /** Reads a folder and does nothing. */
  async check(folder = this.#folder): Promise<ConfigFault[]> {
    return faultsOf(await this.#read(folder));
  }

  /** From now on nothing is started. Returns those that are to be stopped. */
  leave(): Service[] {
    this.#isLeaving = true;
    const all = [...this.all()];
    const leaving = all.filter(({ config, isBusy }) =>
      isBusy && config.rules.onDaemonExit === "kill"
    );
    // What has failed is tried again by the next daemon, as after a reboot.
    const failed = all.filter(({ phase }) => phase.kind === "failed");
    for (const { name } of [...leaving, ...failed]) this.#parked.add(name);
    return leaving;
  }

  /** When none runs any more, another runner may have them. */
  letGo(): void {
    if (this.#isLeaving && !this.isBusy) this.#lock.release();
  }

  #logPath(name: ServiceName): string {
    return join(this.#logDir, `${name}.log`);
  }

  async #read(folder: string | undefined): Promise<FolderRead> {
    if (folder === undefined) return { services: [], faults: [] };
    const read = await readFolder(folder, this.#env.HOME ?? homedir());
    // One of a name begins when the last of that name is gone.
    await this.#departures.ended(new Set(read.services.map(nameOf)));
    return read;
  }

  /** Brings the set in line with the files. Returns what is new. */
  #apply(read: readonly ReadConfig[]): Service[] {
    const before = this.#entries;
    const added: Service[] = [];
    this.#entries = new Entries();
    for (const one of read) {
      const name = nameOf(one);
      const entry = this.#entryOf(one, before.get(name));
      this.#entries.set(name, entry);
      const isKnown = before.get(name)?.kind === "service";
      if (entry.kind === "service" && !isKnown) added.push(entry.service);
    }
    const gone = [...before].filter(([name]) => !this.#entries.has(name));
    for (const [name, entry] of gone) this.#remove(name, entry);
    shareMemory([...this.all()]);
    return added;
  }

  #entryOf(read: ReadConfig, before: Entry | undefined): Entry {
    const known = before?.kind === "service" ? before.service : undefined;
    if (!read.ok) {
      if (!known) {
        const record = invalidRecord(read, Date.now());
        this.#news.changed(read.name, () => record);
        return { kind: "invalid", record };
      }
      known.setFaults(read.faults);
      return { kind: "service", service: known };
    }
    known?.apply(read.config);
    const service = known ?? this.#make(read.config);
    this.#news.changed(service.name, () => service.record());
    return { kind: "service", service };
  }

  #make(config: ServiceConfig): Service {
    const { name, rules } = config;
    const desired = this.#state.get(name)?.desired ??
      (rules.autostart ? "up" : "down");
    const service: Service = new Service(config, {
      tools: this.#tools,
      mcp: this.#parts.mcp,
      logPath: this.#logPath(name),
      socketDir: this.#socketDir,
      desired,
      allocatePort: () => this.#ports.allocate(name, desired),
      onUse: () => this.onUse(service),
      onChange: () => this.#changed(service),
    });
    if (this.#killed.delete(this.#parts.records.serviceOwner(name))) {
      service.log.mark("runner was killed, lines may be missing");
    }
    return service;
  }

  /** A client of a service's bridge has asked for something. */
  onUse: (service: Service) => void = () => {};

  #remove(name: ServiceName, entry: Entry): void {
    const gone = () => {
      this.#state.forget(name);
      this.#news.gone(name);
      this.onCount();
    };
    if (entry.kind === "service") this.#departures.add(entry.service, gone);
    else gone();
  }

  /** Starts those that are wanted, and not only when they are used. */
  #boot(services: readonly Service[]): void {
    const wanted = services.filter(({ desired, config }) =>
      desired === "up" && config.rules.start === "eager"
    );
    this.order.start(wanted, "boot");
  }

  #changed(service: Service): void {
    const { name, desired, allocatedPort } = service;
    // Before its first start it has none yet, and is to have its old one.
    const port = allocatedPort ?? this.#state.get(name)?.port;
    const known = port === undefined ? {} : { port };
    if (this.#entries.has(name)) this.#state.set(name, { desired, ...known });
    this.order.changed(service);
    this.#news.changed(name, () => service.record());
    this.onCount();
  }

  /** One load after the other: each sees what the one before it has done. */
  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job, job);
    this.#last = result.catch(() => {});
    return result;
  }
}
