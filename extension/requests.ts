/** Answers what is asked about the agent, one function per question. */

import type {
  AgentRequest,
  AgentRequests,
} from "../server/protocol/command.ts";
import type { Answer, UplinkDown } from "../server/protocol/uplink.ts";
import type { Branch } from "./branch.ts";
import { modelFacts } from "./facts.ts";
import type { Files } from "./files.ts";
import type { Session } from "./session.ts";
import { offeredCommands } from "./slash.ts";

/** No answer is larger, whatever was asked for. */
const PAGE_MAX_BYTES = 1024 * 1024;
/** Messages of one slice; the original's page asks for 50. */
const SLICE_MAX = 200;

export interface Desktop {
  readonly session: Session;
  readonly branch: Branch;
  readonly files: Files;
  readonly piVersion: string;
}

type Handlers = {
  [R in AgentRequest]: (
    desktop: Desktop,
    params: AgentRequests[R]["params"],
  ) => AgentRequests[R]["result"] | Promise<AgentRequests[R]["result"]>;
};

const handlers: Handlers = {
  page({ branch }, { before, bytes }) {
    const isBefore = typeof before === "string";
    const size = Math.min(whole(bytes, PAGE_MAX_BYTES), PAGE_MAX_BYTES);
    return branch.page(isBefore ? before : null, size);
  },
  slice({ branch }, { start, end }) {
    const total = branch.messages;
    const to = Math.min(whole(end, total), total);
    const from = Math.max(whole(start, 0), to - SLICE_MAX);
    return { messages: branch.slice(from, to), total };
  },
  commands({ session, piVersion }) {
    const known = session.pi.getCommands?.() ?? [];
    return { commands: offeredCommands(known, piVersion) };
  },
  files({ session, files }, { query }) {
    return files.search(session.ctx.cwd, String(query ?? ""));
  },
  async folder({ session, files }, { prefix }) {
    const { cwd } = session.ctx;
    return { files: await files.folder(cwd, String(prefix ?? "")), cwd };
  },
  models({ session }) {
    const models = session.ctx.modelRegistry.getAvailable();
    return { models: models.map(modelFacts) };
  },
  tools({ session }) {
    const tools = session.pi.getAllTools().map(
      ({ name, description, parameters }) => ({
        name,
        description,
        parameters,
      }),
    );
    return { tools };
  },
};

/** Never rejects: what went wrong is in the answer. */
export async function answerRequest(
  desktop: Desktop | undefined,
  { id, method, params }: Extract<UplinkDown, { type: "request" }>,
): Promise<Answer> {
  try {
    if (!desktop) throw new Error("Cannot answer between two sessions");
    if (!Object.hasOwn(handlers, method)) {
      throw new Error(`Cannot answer "${method}"`);
    }
    const handler = handlers[method] as (
      desktop: Desktop,
      params: unknown,
    ) => unknown;
    const result = await handler(desktop, params);
    return { type: "answer", id, ok: true, result };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const error = { code: "unavailable" as const, message };
    return { type: "answer", id, ok: false, error };
  }
}

function whole(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.max(0, Math.floor(value))
    : otherwise;
}
