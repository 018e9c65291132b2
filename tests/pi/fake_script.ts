/**
 * What the scripted model says: directives in a prompt, and which of the
 * replies they ask for is due. Keeps no conversation; see `fake_llm.ts`.
 */

export type Part =
  | { kind: "think"; text: string }
  | { kind: "say"; text: string }
  | { kind: "tool"; name: string; args: Record<string, unknown>; id?: string }
  | { kind: "wait"; ms: number }
  | { kind: "slow"; ms: number }
  | { kind: "gate"; name: string }
  | { kind: "error"; status: number; message: string }
  | { kind: "drop" }
  | { kind: "length" };

export type Reply = Part[];

export interface QueuedReply {
  reply: Reply;
  /** Only used for requests whose newest user message contains this text. */
  match?: string;
  /** Only used for this model id. */
  model?: string;
}

export interface ChatMessage {
  role: string;
  content?: string | null | Array<{ type: string; text?: string }>;
  tool_calls?: unknown[];
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: unknown[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}

const unescapeText = (s: string) =>
  s.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
const fields = (s: string) => s.split(" | ").map((f) => unescapeText(f));

function longText(words: number): string {
  return Array.from({ length: words }, (_, i) => `word${i + 1}`).join(" ");
}

/** Parse one directive line; undefined when the line is ordinary prose. */
function parseDirective(
  line: string,
): Part | "next" | { replies: Reply[] } | undefined {
  const m = /^\s*#([a-z]+)\b ?(.*)$/.exec(line);
  if (!m) return undefined;
  const [, word, rest = ""] = m;
  const num = (
    fallback: number,
  ) => (Number.isFinite(Number.parseInt(rest, 10))
    ? Number.parseInt(rest, 10)
    : fallback);
  switch (word) {
    case "think":
      return { kind: "think", text: unescapeText(rest) };
    case "say":
      return { kind: "say", text: unescapeText(rest) };
    case "long":
      return { kind: "say", text: longText(num(200)) };
    case "bash":
      return {
        kind: "tool",
        name: "bash",
        args: { command: unescapeText(rest) },
      };
    case "read":
      return { kind: "tool", name: "read", args: { path: rest.trim() } };
    case "write": {
      const [path = "", content = ""] = fields(rest);
      return { kind: "tool", name: "write", args: { path, content } };
    }
    case "edit": {
      const [path = "", oldText = "", newText = ""] = fields(rest);
      return {
        kind: "tool",
        name: "edit",
        args: { path, edits: [{ oldText, newText }] },
      };
    }
    case "tool": {
      const t = /^(\S+)\s*(\{.*\})?\s*$/.exec(rest);
      return t
        ? { kind: "tool", name: t[1] ?? "", args: t[2] ? JSON.parse(t[2]) : {} }
        : undefined;
    }
    case "slow":
      return { kind: "slow", ms: num(50) };
    case "wait":
      return { kind: "wait", ms: num(500) };
    case "gate":
      return { kind: "gate", name: rest.trim() || "default" };
    case "error": {
      const e = /^(\d{3})\s*(.*)$/.exec(rest);
      return {
        kind: "error",
        status: e ? Number(e[1]) : 500,
        message: e?.[2] || "scripted error",
      };
    }
    case "drop":
      return { kind: "drop" };
    case "length":
      return { kind: "length" };
    case "next":
      return "next";
    case "script":
      return JSON.parse(rest) as { replies: Reply[] };
    default:
      return undefined;
  }
}

/** Turn a prompt into the replies it asks for; undefined when it has no directive. */
export function parsePrompt(prompt: string): Reply[] | undefined {
  const replies: Reply[] = [[]];
  let found = false;
  for (const line of prompt.split("\n")) {
    const d = parseDirective(line);
    if (d === undefined) continue;
    found = true;
    if (d === "next") replies.push([]);
    else if ("replies" in d) replies.push(...d.replies);
    else {
      const current = replies.at(-1) as Reply;
      const talks = d.kind === "think" || d.kind === "say" ||
        d.kind === "slow" || d.kind === "wait";
      if (talks && current.some((p) => p.kind === "tool")) replies.push([d]);
      else current.push(d);
    }
  }
  return found ? replies.filter((r) => r.length > 0) : undefined;
}

export function textOf(m: ChatMessage | undefined): string {
  if (!m?.content) return "";
  if (typeof m.content === "string") return m.content;
  return m.content.map((
    c,
  ) => (c.type === "text" ? (c.text ?? "") : `[${c.type}]`)).join("\n");
}

export interface ServerState {
  queue: QueuedReply[];
  gates: Map<string, Set<() => void>>;
  opened: Set<string>;
  requests: Array<
    {
      n: number;
      at: string;
      body: ChatRequest;
      aborted?: boolean;
      done?: boolean;
    }
  >;
  count: number;
}

/** Message roles that carry instructions or user text but never an answer. */
export function newestUserIndex(messages: ChatMessage[]): number {
  for (let i = messages.length - 1; i >= 0; i--) {
    if (messages[i]?.role === "user") return i;
  }
  return -1;
}

export function chooseReply(req: ChatRequest, state: ServerState): Reply {
  const at = newestUserIndex(req.messages);
  const prompt = textOf(req.messages[at]);

  const q = state.queue.findIndex(
    (e) =>
      (e.match === undefined || prompt.includes(e.match)) &&
      (e.model === undefined || e.model === req.model),
  );
  if (q >= 0) return state.queue.splice(q, 1)[0]?.reply ?? [];

  // A compaction or summary request quotes the whole conversation: never obey quoted directives.
  const quoted = prompt.trimStart().startsWith("<conversation>");
  const replies = quoted ? undefined : parsePrompt(prompt);
  const step =
    req.messages.slice(at + 1).filter((m) => m.role === "assistant").length;
  if (replies) {
    const reply = replies[step] ?? [{ kind: "say", text: "Done." } as Part];
    return req.tools?.length ? reply : reply.filter((p) => p.kind !== "tool");
  }
  if (quoted) {
    return [{
      kind: "say",
      text: `Summary of ${prompt.length} characters of conversation.`,
    }];
  }

  const echo = prompt.length > 400 ? `${prompt.slice(0, 400)}…` : prompt;
  const users = req.messages.filter((m) => m.role === "user").length;
  return [
    {
      kind: "think",
      text:
        `The user sent message number ${users}. I am a scripted model, so I will echo it.`,
    },
    {
      kind: "say",
      text: `You said: **${
        echo.trim() || "(nothing)"
      }**\n\nThis is user message ${users} of this session.`,
    },
  ];
}
