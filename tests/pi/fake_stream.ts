/** Performs one scripted reply as an OpenAI-compatible stream. */

import type http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ChatRequest,
  type Reply,
  type ServerState,
  textOf,
} from "./fake_script.ts";
import type { Options } from "./fake_llm.ts";

/** Split text into small pieces without losing a character. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

export const tokens = (s: string) => Math.ceil(s.length / 4);

export class Aborted extends Error {}

export async function perform(
  req: ChatRequest,
  reply: Reply,
  state: ServerState,
  res: http.ServerResponse,
  opts: Options,
) {
  const id = `chatcmpl-fake-${state.count}`;
  const created = Math.floor(Date.now() / 1000);
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const pause = async (ms: number) => {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: gone.signal }).catch(() => {
      throw new Aborted();
    });
  };
  const gate = async (name: string) => {
    if (state.opened.delete(name)) return;
    await new Promise<void>((resolve, reject) => {
      const waiting = state.gates.get(name) ?? new Set();
      state.gates.set(name, waiting.add(resolve));
      gone.signal.addEventListener("abort", () => {
        waiting.delete(resolve);
        reject(new Aborted());
      });
    });
  };

  const first = reply.find((p) => p.kind === "error");
  if (first?.kind === "error") {
    res.writeHead(first.status, { "content-type": "application/json" });
    res.end(
      JSON.stringify({
        error: {
          message: first.message,
          type: "fake_error",
          code: first.status,
        },
      }),
    );
    return;
  }

  const usage = (completion: number) => {
    const prompt_tokens =
      req.messages.reduce((n, m) => n + tokens(textOf(m)) + 4, 0) +
      tokens(JSON.stringify(req.tools ?? []));
    return {
      prompt_tokens,
      completion_tokens: completion,
      total_tokens: prompt_tokens + completion,
    };
  };

  if (!req.stream) {
    const say = reply.flatMap((p) => (p.kind === "say" ? [p.text] : [])).join(
      "",
    );
    const calls = reply.flatMap((p, i) =>
      p.kind === "tool"
        ? [{
          id: p.id ?? `call_${state.count}_${i}`,
          type: "function",
          function: { name: p.name, arguments: JSON.stringify(p.args) },
        }]
        : []
    );
    res.writeHead(200, { "content-type": "application/json" });
    res.end(
      JSON.stringify({
        id,
        object: "chat.completion",
        created,
        model: req.model,
        usage: usage(tokens(say)),
        choices: [{
          index: 0,
          finish_reason: calls.length ? "tool_calls" : "stop",
          message: {
            role: "assistant",
            content: say || null,
            ...(calls.length ? { tool_calls: calls } : {}),
          },
        }],
      }),
    );
    return;
  }

  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    connection: "keep-alive",
  });
  res.flushHeaders();
  const send = (
    delta: Record<string, unknown>,
    finish_reason: string | null = null,
  ) => {
    if (gone.signal.aborted) throw new Aborted();
    res.write(
      `data: ${
        JSON.stringify({
          id,
          object: "chat.completion.chunk",
          created,
          model: req.model,
          choices: [{ index: 0, delta, finish_reason }],
        })
      }\n\n`,
    );
  };

  let between = opts.delay;
  let completion = 0;
  let toolIndex = 0;
  let finish = "stop";
  send({ role: "assistant", content: "" });
  for (const part of reply) {
    switch (part.kind) {
      case "slow":
        between = part.ms;
        break;
      case "wait":
        await pause(part.ms);
        break;
      case "gate":
        await gate(part.name);
        break;
      case "think":
      case "say":
        for (const p of pieces(part.text)) {
          send(part.kind === "say" ? { content: p } : { reasoning_content: p });
          completion += tokens(p);
          await pause(between);
        }
        break;
      case "tool": {
        const args = JSON.stringify(part.args);
        const callId = part.id ?? `call_${state.count}_${toolIndex}`;
        send({
          tool_calls: [{
            index: toolIndex,
            id: callId,
            type: "function",
            function: { name: part.name, arguments: "" },
          }],
        });
        for (let i = 0; i < args.length; i += 24) {
          send({
            tool_calls: [{
              index: toolIndex,
              function: { arguments: args.slice(i, i + 24) },
            }],
          });
          await pause(between);
        }
        completion += tokens(args);
        toolIndex++;
        finish = "tool_calls";
        break;
      }
      case "length":
        finish = "length";
        break;
      case "drop":
        res.destroy();
        return;
    }
  }
  send({}, finish);
  // The usage chunk has an empty "choices" list, as OpenAI sends it with include_usage.
  if (req.stream_options?.include_usage) {
    res.write(
      `data: ${
        JSON.stringify({
          id,
          object: "chat.completion.chunk",
          created,
          model: req.model,
          choices: [],
          usage: usage(completion),
        })
      }\n\n`,
    );
  }
  res.end("data: [DONE]\n\n");
}
