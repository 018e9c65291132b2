/**
 * The desk: takes commands from afar, has pi carry them out, and gives receipts.
 *
 * A command that arrives while there is no session to act on waits. Prompts
 * also wait for one another, because pi loses the second of two that start at
 * once, and for moments at which pi takes none.
 */

import type { Command } from "../server/protocol/command.ts";
import type { Receipt, ReceiptState } from "../server/protocol/event.ts";
import { deliver } from "./deliver.ts";
import { Prompts } from "./prompts.ts";
import { Receipts } from "./receipts.ts";
import type { Session } from "./session.ts";

/** Commands that wait; nobody sends more while a session begins. */
const HELD_MAX = 100;
const REASON_MAX = 500;
/** A run that was stopped is over by then, mostly within milliseconds. */
const STOPS_WITHIN_MS = 2_000;

export interface DeskOwner {
  /** Undefined between two sessions. */
  session(): Session | undefined;
  /** Whether pi takes prompts now. */
  mayPrompt(): boolean;
  /** pi is told to compact: it will take none until it has. */
  compacting(): void;
  /** pi could not: it takes prompts again. */
  notCompacted(): void;
  piVersion(): string;
  tell(receipt: Receipt): void;
  /** pi's queue or its settings may have changed. */
  changed(): void;
}

interface Held {
  readonly id: string;
  readonly command: Command;
}

export class Desk {
  readonly prompts = new Prompts();
  readonly #owner: DeskOwner;
  readonly #receipts = new Receipts();
  #held: Held[] = [];
  /** A run is being stopped: what it would queue now, it would not run. */
  #stoppingUntil = 0;
  /** pi is about to queue a prompt: one sent now would overtake it. */
  #isTaking = false;
  /** The `/new` that waits for its session to begin. */
  #newId: string | undefined;

  constructor(owner: DeskOwner) {
    this.#owner = owner;
  }

  /** Takes a command. The same id again is answered, not run. */
  take(id: string, command: Command): void {
    const known = this.#receipts.find(id);
    if (known) return this.#owner.tell(known);
    // An abort must get through, however many prompts wait.
    const max = command.kind === "prompt" ? HELD_MAX : 2 * HELD_MAX;
    if (this.#held.length >= max) {
      return this.#tell(id, "refused", "Too many commands wait already");
    }
    this.#tell(id, "accepted");
    this.#held.push({ id, command });
    this.pump();
  }

  /** Runs what can run now. Called whenever that may have changed. */
  pump(): void {
    for (;;) {
      const session = this.#owner.session();
      const next = session && this.#next();
      if (!session || !next) return;
      void this.#run(session, next);
    }
  }

  /** Passes on what `prompts` found out. */
  tellAll(receipts: readonly (Receipt | undefined)[]): void {
    for (const receipt of receipts) {
      if (receipt) this.#note(receipt);
    }
    if (receipts.length > 0) this.#owner.changed();
    this.pump();
  }

  /** pi's `input` event is under way. `taken` has to be called after it. */
  taking(receipt: Receipt | undefined): void {
    this.#isTaking = true;
    this.tellAll([receipt]);
  }

  /** pi has dealt with the message of its last `input` event. */
  taken(): void {
    this.#isTaking = false;
    this.pump();
  }

  /** pi has come to rest, with or without messages that wait. */
  settled(hasPending: boolean): void {
    this.#stoppingUntil = 0;
    this.tellAll(this.prompts.settle(hasPending));
  }

  /** A session has begun; the one before it, and its queue, is gone. */
  sessionBegan(): void {
    this.#stoppingUntil = 0;
    this.newSessionEnded(false);
    this.tellAll(this.prompts.leave());
  }

  /** What came of `/new`. */
  newSessionEnded(isCancelled: boolean): void {
    const id = this.#newId;
    this.#newId = undefined;
    if (id === undefined) return;
    if (isCancelled) this.#tell(id, "refused", "An extension cancelled it");
    else this.#tell(id, "done");
  }

  /** Takes the next one off. Only prompts wait: an abort overtakes them. */
  #next(): Held | undefined {
    const now = Date.now();
    const mayPrompt = this.#owner.mayPrompt() && !this.#isTaking &&
      now >= this.#stoppingUntil && !this.prompts.isSending(now);
    const at = this.#held.findIndex(({ command }) =>
      mayPrompt || command.kind !== "prompt"
    );
    return at < 0 ? undefined : this.#held.splice(at, 1)[0];
  }

  async #run(session: Session, { id, command }: Held): Promise<void> {
    const { pi, ctx } = session;
    try {
      switch (command.kind) {
        case "prompt":
          return deliver(session, command, this.#owner.piVersion(), {
            tell: (state, reason) => {
              this.#tell(id, state, reason);
              if (state === "done") this.#owner.changed();
            },
            sent: (text) => {
              const { mode } = command;
              this.prompts.sent({ id, text, mode }, Date.now());
            },
            leaving: () => this.#newId = id,
            compacting: () => this.#owner.compacting(),
            notCompacted: () => this.#owner.notCompacted(),
          });
        case "abort":
          if (!ctx.isIdle()) this.#stoppingUntil = Date.now() + STOPS_WITHIN_MS;
          ctx.abort();
          break;
        case "rename":
          pi.setSessionName(command.name.trim());
          break;
        case "model":
          await setModel(session, command.provider, command.model);
          break;
        case "thinking":
          // pi brings a level that the model lacks to one that it has.
          pi.setThinkingLevel(command.level as "off");
          break;
      }
      this.#tell(id, "done");
      this.#owner.changed();
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.prompts.forget(id);
      this.#tell(id, "refused", reason);
    }
  }

  #tell(id: string, state: ReceiptState, reason?: string): void {
    this.#note(
      reason === undefined
        ? { id, state }
        : { id, state, reason: reason.slice(0, REASON_MAX) },
    );
  }

  #note(receipt: Receipt): void {
    this.#receipts.note(receipt);
    this.#owner.tell(receipt);
  }
}

async function setModel(
  { pi, ctx }: Session,
  provider: string,
  id: string,
): Promise<void> {
  const model = ctx.modelRegistry.find(provider, id);
  if (!model) throw new Error(`Cannot find the model "${provider}/${id}"`);
  if (await pi.setModel(model)) return;
  throw new Error(`Cannot use "${provider}/${id}": it has no credentials`);
}
