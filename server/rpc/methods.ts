/**
 * The calls a client may make: how their params are read, and what is done.
 *
 * A few lines each, then a keeper's method. A method that is added to the
 * protocol's table and forgotten here does not compile.
 */

import { HypivisorError } from "../errors.ts";
import type { Command } from "../protocol/command.ts";
import type { Receipt } from "../protocol/event.ts";
import type { Item, ItemKey } from "../protocol/item.ts";
import type { NodeId } from "../protocol/node.ts";
import type { MethodName, ParamsOf, ResultOf } from "../protocol/rpc.ts";
import {
  boolean,
  id,
  integer,
  list,
  object,
  oneOf,
  optional,
  type OptionalReader,
  type Reader,
  text,
} from "../read.ts";
import type { Agent, Core } from "./core.ts";
import type { Children } from "../children/children.ts";
import { TERMINAL_SIDE_MAX, type TerminalId } from "../protocol/terminal.ts";
import { isRecord } from "../read.ts";
import { listDirectories } from "./directories.ts";
import { PAGE_MAX_BYTES, transcriptPage } from "./transcript.ts";

/** Base64 of the 10 MiB that a prompt may carry, and a little. */
const ATTACHMENT_MAX_CHARACTERS = 14_000_000;
const ATTACHMENTS_MAX = 20;

/** Who calls. */
export interface Caller {
  /** From now on this caller is pushed changes of nodes. */
  subscribe(): void;
}

const node = id<NodeId>();
const terminal = id<TerminalId>();
const path = text({ min: 1, max: 4_096 });
const side = optional(integer(1, TERMINAL_SIDE_MAX));
const thinkingLevel = oneOf(
  "off",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
);

/** Lines of a terminal that are told where no number is given: a screen. */
const TAIL_LINES = 40;
const TAIL_MAX_LINES = 10_000;

/** Linux takes no argument over 128 KiB; the spawner looks at the bytes. */
const FIRST_PROMPT_MAX_CHARACTERS = 128 * 1024;

const spawnChoice = {
  model: optional(text({ min: 1, max: 200 })),
  thinking: optional(thinkingLevel),
  prompt: optional(text({ max: FIRST_PROMPT_MAX_CHARACTERS })),
  name: optional(text({ max: 200 })),
  args: optional(list(text({ max: 4_096 }), 40)),
};

const spawnParams = object({
  path,
  new_folder: optional(text({ max: 4_096 })),
  session: optional(path),
  ...spawnChoice,
});

/** As the original says it when there is no path. */
const spawn: typeof spawnParams = Object.assign(
  (value: unknown, at: string) => {
    if (isRecord(value) && typeof value.path === "string") {
      return spawnParams(value, at);
    }
    throw new HypivisorError("bad_request", "Missing params");
  },
  { schema: spawnParams.schema },
);
/** The sender's own name for a command; sent twice, it runs once. */
const commandId = optional(id<string>());

/** As the original: whatever is not text means the home. */
const folder: OptionalReader<string> = Object.assign(
  (value: unknown, at: string) =>
    typeof value === "string" ? text({ max: 4_096 })(value, at) : undefined,
  { schema: text({ max: 4_096 }).schema, optional: true as const },
);

export const methodReaders: { [M in MethodName]: Reader<ParamsOf<M>> } = {
  list_nodes: object({}),
  list_directories: object({ path: folder }),
  ping: object({}),
  subscribe: object({}),
  get_node: object({ node }),
  forget_node: object({ node }),
  page: object({
    node,
    before: optional(id<ItemKey>(400)),
    bytes: optional(integer(1, PAGE_MAX_BYTES)),
  }),
  prompt: object({
    node,
    text: text({ max: 1_000_000 }),
    id: commandId,
    mode: optional(oneOf("steer", "followUp")),
    attachments: optional(list(
      object({
        name: text({ min: 1, max: 255 }),
        mimeType: text({ max: 255 }),
        data: text({ max: ATTACHMENT_MAX_CHARACTERS }),
      }),
      ATTACHMENTS_MAX,
    )),
  }),
  abort: object({ node, id: commandId }),
  rename: object({ node, name: text({ max: 200 }), id: commandId }),
  set_model: object({
    node,
    provider: text({ min: 1, max: 200 }),
    model: text({ min: 1, max: 200 }),
    id: commandId,
  }),
  set_thinking: object({
    node,
    level: thinkingLevel,
    id: commandId,
  }),
  commands: object({ node }),
  files: object({ node, query: text({ max: 1_000 }) }),
  models: object({ node }),
  seen: object({ node }),
  daemon: object({}),
  shutdown: object({ children: optional(boolean) }),
  spawn_agent: spawn,
  resume_agent: object({ node, ...spawnChoice }),
  stop_agent: object({ node, force: optional(boolean) }),
  list_terminals: object({}),
  get_terminal: object({ terminal }),
  open_terminal: object({
    folder: optional(path),
    command: optional(list(text({ max: 128 * 1024 }), 1_000)),
    name: optional(text({ max: 200 })),
    cols: side,
    rows: side,
  }),
  close_terminal: object({ terminal }),
  restart_terminal: object({ terminal }),
  rename_terminal: object({ terminal, name: text({ max: 200 }) }),
  tail_terminal: object({
    terminal,
    lines: optional(integer(1, TAIL_MAX_LINES)),
  }),
};

export type Handlers = {
  [M in MethodName]: (
    core: Core,
    params: ParamsOf<M>,
    caller: Caller,
  ) => ResultOf<M> | Promise<ResultOf<M>>;
};

export const handlers: Handlers = {
  list_nodes: ({ registry }) => registry.legacyList(),
  list_directories: (_core, { path }) => listDirectories(path),
  ping: ({ registry, version }) => ({
    status: "healthy",
    nodes: registry.listedCount,
    version,
  }),
  subscribe: (core, _params, caller) => {
    caller.subscribe();
    const { version, machine, capabilities } = core;
    return {
      nodes: core.registry.list(),
      version,
      machine,
      capabilities,
      terminals: core.children?.list() ?? [],
    };
  },
  get_node: ({ registry }, params) => registry.get(params.node),
  forget_node: async (core, params) => {
    const { terminal } = core.registry.get(params.node);
    core.registry.forget(params.node);
    // It has ended, as its agent has: nobody will look for it any more.
    if (terminal) await core.children?.close(terminal);
    return {};
  },
  page: async (core, params) => {
    core.registry.get(params.node);
    const { items, more } = await transcriptPage(
      core,
      params.node,
      params.before ?? null,
      params.bytes ?? PAGE_MAX_BYTES,
    );
    return { items: items.map(({ json }) => JSON.parse(json) as Item), more };
  },
  prompt: (core, params) => {
    const { text: words, mode = "steer", attachments } = params;
    if (words.trim() === "" && !attachments?.length) {
      throw new HypivisorError("bad_request", "Cannot send an empty prompt");
    }
    core.metrics.count("hypivisor_prompts_total");
    return command(core, params, {
      kind: "prompt",
      text: words,
      mode,
      ...(attachments ? { attachments } : {}),
    });
  },
  abort: (core, params) => command(core, params, { kind: "abort" }),
  rename: (core, params) =>
    command(core, params, { kind: "rename", name: params.name.trim() }),
  set_model: (core, params) =>
    command(core, params, {
      kind: "model",
      provider: params.provider,
      model: params.model,
    }),
  set_thinking: (core, params) =>
    command(core, params, { kind: "thinking", level: params.level }),
  commands: (core, params) => agent(core, params.node).ask("commands", {}),
  files: (core, params) =>
    agent(core, params.node).ask("files", { query: params.query }),
  models: (core, params) => agent(core, params.node).ask("models", {}),
  seen: ({ registry }, params) => {
    registry.see(params.node);
    return {};
  },
  daemon: (core) => core.facts(),
  shutdown: async (core, params) => {
    await core.shutdown(params.children ?? false);
    return {};
  },
  spawn_agent: (core, params) => children(core).spawn(params),
  resume_agent: (core, { node, ...choice }) =>
    children(core).resume(node, choice),
  stop_agent: async (core, params) => {
    await children(core).stop(params.node, params.force ?? false);
    return {};
  },
  list_terminals: (core) => ({ terminals: children(core).list() }),
  get_terminal: (core, params) => children(core).get(params.terminal),
  open_terminal: (core, params) => children(core).open(params),
  close_terminal: async (core, params) => {
    await children(core).close(params.terminal);
    return {};
  },
  restart_terminal: (core, params) => children(core).restart(params.terminal),
  rename_terminal: (core, params) =>
    children(core).rename(params.terminal, params.name.trim()),
  tail_terminal: async (core, params) => {
    const lines = params.lines ?? TAIL_LINES;
    return { text: await children(core).tail(params.terminal, lines) };
  },
};

/** @throws {HypivisorError} `forbidden` if this daemon has none. */
function children(core: Core): Children {
  if (core.children) return core.children;
  throw new HypivisorError(
    "forbidden",
    "Cannot open terminals or spawn agents: hypivisor runs with --no-terminals",
  );
}

/** @throws {HypivisorError} `not_found` or `unavailable`. */
function agent(core: Core, node: NodeId): Agent {
  core.registry.get(node);
  const found = core.agents.get(node);
  if (found) return found;
  throw new HypivisorError("unavailable", "Agent is offline");
}

function command(
  core: Core,
  params: { node: NodeId; id?: string },
  what: Command,
): Promise<Receipt> {
  return agent(core, params.node)
    .command(params.id ?? crypto.randomUUID(), what);
}
