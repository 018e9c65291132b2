/**
 * The agent: this pi process as its hypivisor sees it.
 *
 * Lives as long as the process, through `/new`, `/resume`, `/fork` and
 * `/reload`: the uplink, the id and what is unsent stay, while the session
 * under it is replaced. Joins the parts; each of them knows only itself.
 */

import type { Change } from "../server/protocol/event.ts";
import type { UplinkDown } from "../server/protocol/uplink.ts";
import type { Boundary } from "./boundary.ts";
import { Conversation } from "./conversation.ts";
import { Desk } from "./desk.ts";
import { Feed } from "./feed.ts";
import { Files } from "./files.ts";
import { gitBranch } from "./git_branch.ts";
import { Identity } from "./identity.ts";
import { Listener } from "./listener.ts";
import type { Log } from "./log.ts";
import { piVersion } from "./pi_host.ts";
import { Quiet } from "./quiet.ts";
import { answerRequest } from "./requests.ts";
import type { Session } from "./session.ts";
import { uplinkUrl } from "./token.ts";
import { Uplink } from "./uplink.ts";

/** How often what pi does not announce is looked for. Costs next to nothing. */
const LOOK_EVERY_MS = 1_000;
/** Names, tools, git branch: what others may change without a word. */
const LOOK_AT_FACTS_EVERY_MS = 10_000;
/** How long pi may be kept from ending. */
const GOODBYE_MS = 300;

export class Agent {
  readonly boundary: Boundary;
  readonly #log: Log;
  readonly #env: NodeJS.ProcessEnv;
  readonly #uplink: Uplink;
  readonly #feed: Feed;
  readonly #files = new Files();
  readonly desk: Desk;
  readonly #quiet = new Quiet();
  #identity: Identity | undefined;
  #session: Session | undefined;
  #conversation: Conversation | undefined;
  #piVersion = "";
  #gitBranch: string | null = null;
  #lookedAtFacts = 0;
  /** No event will tell that it is at rest: it has to be looked for. */
  #settlesWhenIdle = false;
  /** Only if this agent listens on a port of its own. */
  #listener: Listener | undefined;
  #port = 0;

  constructor(env: NodeJS.ProcessEnv, log: Log, boundary: Boundary) {
    this.#env = env;
    this.#log = log;
    this.boundary = boundary;
    this.#uplink = new Uplink(
      {
        url: () => uplinkUrl(env),
        registration: () =>
          this.identity.registration(this.#session, {
            port: this.#port,
            pi: this.#piVersion,
          }),
        takeOtherId: () => this.identity.takeAnother(),
        opened: (link, { have, watch }) => {
          const { epoch } = this.identity;
          this.#feed.open(link, epoch, have, this.conversation.sessionId);
          this.#feed.watch(watch);
        },
        received: (frame) => this.#received(frame),
        closed: (isRefused) => {
          this.#feed.close();
          if (isRefused) this.#feed.refused();
        },
      },
      boundary,
      log,
    );
    const source = () => this.conversation;
    this.#feed = new Feed({
      whole: (bytes) => source().whole(bytes),
      rest: (key, bytes) => source().rest(key, bytes),
      flight: () => source().flight(),
      lazy: () => source().lazy(),
    }, (fn) => boundary("feed.flush", fn));
    this.desk = new Desk({
      session: () => this.#session,
      mayPrompt: () => this.#quiet.isOver(Date.now()),
      compacting: () => this.compacting(),
      notCompacted: () => {
        // The session may have been replaced in the meantime.
        if (this.#session) this.compacted();
      },
      piVersion: () => this.#piVersion,
      tell: (receipt) => {
        this.#feed.push({ type: "receipt", receipt });
        this.#listener?.receipt(receipt);
      },
      changed: () => this.#session && this.conversation.tellFacts(),
    });
  }

  /** @throws {Error} before the first session. */
  get conversation(): Conversation {
    if (!this.#conversation) throw new Error("Cannot tell of no conversation");
    return this.#conversation;
  }

  /** @throws {Error} before the first session. */
  get identity(): Identity {
    if (!this.#identity) throw new Error("Cannot name an agent not begun");
    return this.#identity;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get piVersion(): string {
    return this.#piVersion;
  }

  get files(): Files {
    return this.#files;
  }

  get listens(): boolean {
    return Boolean(this.#env.PI_SOCKET_PORT);
  }

  /** pi has begun a session: the first one starts everything. */
  begin(session: Session): void {
    this.#session = session;
    this.#lookUpBranch();
    if (this.#conversation) {
      this.#conversation.begin(session);
      this.#listener?.sessionBegan();
      return this.desk.sessionBegan();
    }
    this.#quiet.starting(Date.now());
    this.#identity = new Identity(session);
    this.#conversation = new Conversation({
      piVersion: () => this.#piVersion,
      gitBranch: () => this.#gitBranch,
      queue: () => this.desk.prompts.queue,
      push: (change) => this.push(change),
      stir: () => this.#feed.stir(),
      resync: () => this.#feed.resync(),
    }, session);
    const look = this.boundary("agent.look", () => this.#look());
    setInterval(look, LOOK_EVERY_MS).unref?.();
    void this.boundary("agent.start", () => this.#start())();
  }

  /** The session ends; pi goes on with another one. */
  leave(): void {
    this.#session = undefined;
  }

  /** pi ends. Resolves when it may, within `GOODBYE_MS`. */
  async quit(): Promise<void> {
    const deadline = Date.now() + GOODBYE_MS;
    if (this.#uplink.isOpen) {
      this.#feed.flush();
      this.#uplink.send(JSON.stringify(this.identity.goodbye()));
      while (this.#uplink.buffered > 0 && Date.now() < deadline) {
        await pause(10);
      }
    }
    this.#session = undefined;
    this.#uplink.end();
    this.#listener?.close();
    const left = Math.max(0, deadline - Date.now());
    await Promise.race([this.#log.flush(), pause(left)]);
  }

  push(change: Change): void {
    this.#feed.push(change);
  }

  /** One of pi's own events, for clients that are spoken to in them. */
  relay(event: { readonly type: string }): void {
    this.#listener?.relay(event);
  }

  /** pi compacts, and takes no prompts meanwhile. */
  compacting(): void {
    this.#quiet.compacting(Date.now());
    this.conversation.work();
  }

  /** pi has compacted, or given it up. */
  compacted(): void {
    this.#quiet.compacted(Date.now());
    this.#settlesWhenIdle = true;
    this.#look();
  }

  /** The agent is at rest. */
  settled(): void {
    this.#settlesWhenIdle = false;
    this.conversation.settle();
    this.desk.settled(this.#session?.ctx.hasPendingMessages() ?? false);
    this.#lookUpBranch();
  }

  async #start(): Promise<void> {
    this.#piVersion = await piVersion(process.argv[1]);
    this.#log.write("info", "agent", "started", { piVersion: this.#piVersion });
    if (this.#session) this.conversation.tellFacts();
    if (this.listens) {
      this.#listener = new Listener(this, this.boundary, this.#log);
      this.#port = await this.#listener.open(this.#env);
    }
    this.#uplink.start();
  }

  #look(): void {
    const session = this.#session;
    if (!session) return;
    this.conversation.catchUp();
    const { ctx } = session;
    if (this.#settlesWhenIdle && ctx.isIdle()) this.settled();
    const receipts = this.desk.prompts.sweep(
      ctx.isIdle(),
      ctx.hasPendingMessages(),
      Date.now(),
    );
    if (receipts.length > 0) this.desk.tellAll(receipts);
    else this.desk.pump();
    if (Date.now() - this.#lookedAtFacts < LOOK_AT_FACTS_EVERY_MS) return;
    this.#lookedAtFacts = Date.now();
    this.conversation.tellFacts();
    this.#lookUpBranch();
  }

  #lookUpBranch(): void {
    const cwd = this.#session?.ctx.cwd;
    if (cwd === undefined) return;
    void this.boundary("agent.branch", async () => {
      const branch = await gitBranch(cwd);
      if (branch === this.#gitBranch) return;
      this.#gitBranch = branch;
      if (this.#session) this.conversation.tellFacts();
    })();
  }

  #received(frame: UplinkDown): void {
    switch (frame.type) {
      case "ack":
        return this.#feed.acknowledge(frame.seq);
      case "refused":
        // Nothing to send again; what was wrong is for the hardening loop.
        return this.#log.needsHardening(
          "uplink.refused",
          new Error(frame.reason),
        );
      case "watch":
        return this.#feed.watch(frame.on);
      case "resync":
        return this.#feed.resync();
      case "command":
        return this.desk.take(frame.id, frame.command);
      case "request":
        return void this.boundary("agent.request", async () => {
          const session = this.#session;
          const desktop = session && {
            session,
            branch: this.conversation.branch,
            files: this.#files,
            piVersion: this.#piVersion,
          };
          const answer = await answerRequest(desktop, frame);
          this.#uplink.send(JSON.stringify(answer));
        })();
    }
  }
}

/** Whoever waits for this waits at most as long as told. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref?.());
}
