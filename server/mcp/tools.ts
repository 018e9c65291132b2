/**
 * The tool list of an MCP server, asked for in the era that fits.
 *
 * Opens whatever the era needs and closes it again: nothing is kept between
 * two lists. Called for `hypivisor tools NAME` and for the page.
 */

import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";
import {
  type Era,
  HEADER,
  type Implementation,
  modernHeaders,
  OURSELVES,
  withEnvelope,
} from "./era.ts";
import {
  type Answer,
  post,
  POST_HEADERS,
  type PostOptions,
  send,
} from "./http_client.ts";
import { type JsonObject, notificationLine, RPC } from "./json_rpc.ts";
import {
  deleteSession,
  postInitialize,
  probeMcp,
  readInitialized,
} from "./probe.ts";

/** A server with more pages than this sends its cursor round in circles. */
const PAGES_MAX = 100;

/** More tools than any model can use; the rest is left out, and said so. */
const TOOLS_MAX = 5_000;

export interface Tool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly annotations?: JsonObject;
}

export interface ToolList {
  readonly era: Era;
  readonly server: Implementation | undefined;
  readonly tools: readonly Tool[];
  /** Whether there are more than are listed. */
  readonly isCut: boolean;
}

export interface ToolsOptions {
  /** For all of it. */
  readonly timeoutMs: number;
  /** As the last probe found it; probed for without it. */
  readonly era?: Era | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** The Unix socket that is spoken to, whatever host the URL names. */
  readonly unix?: string | undefined;
}

/**
 * Lists the tools of the server at `url`.
 *
 * @throws {HypivisorError} `unavailable` if it does not answer as it should.
 */
export async function listTools(
  url: string,
  { timeoutMs, era, headers = {}, signal, unix }: ToolsOptions,
): Promise<ToolList> {
  const limits = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
  const options = { headers, signal: AbortSignal.any(limits), unix };
  const found = await probeMcp(url, { ...options, timeoutMs, era });
  if (found.kind === "needs_auth") {
    throw unavailable(`it wants a credential (HTTP ${found.status})`);
  }
  if (found.kind === "not_ready") throw unavailable(found.message);
  const list = found.era === "modern"
    ? await listModern(url, options)
    : await listLegacy(url, options);
  return { era: found.era, server: found.server, ...list };
}

type Listed = Pick<ToolList, "tools" | "isCut">;

function listModern(url: string, options: PostOptions): Promise<Listed> {
  const client = {
    info: { ...OURSELVES },
    capabilities: {},
    logLevel: undefined,
  };
  return readPages((id, page) => {
    const params = withEnvelope(page, client);
    const headers = {
      ...modernHeaders("tools/list", params),
      ...options.headers,
    };
    return post(url, { id, method: "tools/list", params }, {
      ...options,
      headers,
    });
  });
}

async function listLegacy(url: string, options: PostOptions): Promise<Listed> {
  const begun = await postInitialize(url, options);
  const made = readInitialized(resultOf(begun));
  if (!made || begun.kind !== "rpc") {
    throw unavailable("its answer to initialize is not that of an MCP server");
  }
  const session = begun.headers.get(HEADER.session);
  const headers = {
    ...options.headers,
    [HEADER.version]: made.version,
    ...(session === null ? {} : { [HEADER.session]: session }),
  };
  try {
    await notifyInitialized(url, { ...options, headers });
    return await readPages((id, params) =>
      post(url, { id, method: "tools/list", params }, { ...options, headers })
    );
  } finally {
    await deleteSession(url, begun.headers, options);
  }
}

async function notifyInitialized(
  url: string,
  { headers, signal, unix }: PostOptions,
): Promise<void> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { ...POST_HEADERS, ...headers },
      body: notificationLine("notifications/initialized", {}),
      signal,
    }, unix);
    await response.body?.cancel();
  } catch {
    // The list that follows meets the same trouble, and has words for it.
  }
}

/** Follows the cursor from page to page. `ask` gets an id not yet used. */
async function readPages(
  ask: (id: number, params: JsonObject) => Promise<Answer>,
): Promise<Listed> {
  const tools: Tool[] = [];
  let cursor: unknown;
  for (let page = 0; page < PAGES_MAX; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const answer = await ask(page + 2, params);
    if (isUnknownMethod(answer)) return { tools, isCut: false };
    const result = resultOf(answer);
    if (!Array.isArray(result.tools)) {
      throw unavailable("its answer to tools/list has no tools");
    }
    for (const one of result.tools) {
      if (tools.length >= TOOLS_MAX) return { tools, isCut: true };
      const tool = readTool(one);
      if (tool) tools.push(tool);
    }
    cursor = result.nextCursor;
    if (typeof cursor !== "string") return { tools, isCut: false };
  }
  return { tools, isCut: true };
}

/** A server that has prompts or resources only. */
function isUnknownMethod(answer: Answer): boolean {
  return answer.kind === "rpc" && answer.outcome.kind === "error" &&
    answer.outcome.error.code === RPC.methodNotFound;
}

function readTool(value: unknown): Tool | undefined {
  if (!isRecord(value) || typeof value.name !== "string") return undefined;
  const { name, title, description, inputSchema, annotations } = value;
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    inputSchema: isRecord(inputSchema) ? inputSchema : { type: "object" },
    ...(isRecord(annotations) ? { annotations } : {}),
  };
}

function resultOf(answer: Answer): JsonObject {
  switch (answer.kind) {
    case "failed":
      throw unavailable(answer.message);
    case "http":
      throw unavailable(`it answers HTTP ${answer.status}`);
    case "rpc":
      if (answer.outcome.kind === "result") return answer.outcome.result;
      throw unavailable(answer.outcome.error.message);
  }
}

function unavailable(why: string): HypivisorError {
  return new HypivisorError("unavailable", `Cannot list the tools: ${why}`);
}
