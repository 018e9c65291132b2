/** What a person may have an agent do, and what may be asked of it. Types only. */

import type { Item, ItemKey } from "./item.ts";
import type { ModelFacts } from "./node.ts";

export interface Attachment {
  readonly name: string;
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

/** Runs once, however often it is sent with the same id. Answered by receipts. */
export type Command =
  | {
    readonly kind: "prompt";
    readonly text: string;
    /**
     * When it is delivered if the agent works: `steer` after the running
     * tools, `followUp` when it would stop. An idle agent starts at once.
     */
    readonly mode: "steer" | "followUp";
    readonly attachments?: readonly Attachment[];
  }
  | { readonly kind: "abort" }
  | { readonly kind: "rename"; readonly name: string }
  | {
    readonly kind: "model";
    readonly provider: string;
    readonly model: string;
  }
  | { readonly kind: "thinking"; readonly level: string };

export interface SlashCommand {
  /** Without the slash. */
  readonly name: string;
  readonly description: string;
  /** `extension`, `prompt` or `skill`. */
  readonly source: string;
}

export interface FoundFile {
  /** Relative to the agent's folder, `/` between parts, none at the end. */
  readonly path: string;
  readonly isDirectory: boolean;
}

/** What an agent answers about itself, one line each. Lost with the uplink. */
export interface AgentRequests {
  /** Items before `before` (null: the newest), newest page that fits `bytes`. */
  page: Ask<
    { before: ItemKey | null; bytes: number },
    { items: readonly Item[]; more: boolean }
  >;
  /** Messages by index on the branch, as the original pages. */
  slice: Ask<
    { start: number; end: number },
    { messages: readonly unknown[]; total: number }
  >;
  commands: Ask<Empty, { commands: readonly SlashCommand[] }>;
  /** Fuzzy, best first. Contained in the agent's folder after symlinks. */
  files: Ask<
    { query: string },
    { files: readonly FoundFile[]; truncated: boolean }
  >;
  /** One folder as the original lists it: hidden entries left out, 100 at most. */
  folder: Ask<
    { prefix: string },
    { files: readonly FoundFile[]; cwd: string }
  >;
  models: Ask<Empty, { models: readonly ModelFacts[] }>;
  /** Tools with their JSON schemas, as `init_state` of the original has them. */
  tools: Ask<Empty, { tools: readonly unknown[] }>;
}

export type AgentRequest = keyof AgentRequests;

interface Ask<Params, Result> {
  params: Params;
  result: Result;
}

type Empty = Record<string, never>;
