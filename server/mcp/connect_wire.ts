/**
 * Small steps between lines on stdio and bodies over HTTP, for `connect`.
 *
 * Each is a function of what it is given; none keeps anything.
 */

import { parseJson } from "../read.ts";
import { ANSWER_MAX } from "./http_client.ts";
import { readMessage } from "./json_rpc.ts";
import { SseReader } from "./sse.ts";

/** Hands on the data of each event as it comes. */
export async function eachEvent(
  { body }: Response,
  take: (json: string) => Promise<void>,
): Promise<void> {
  const events = new SseReader(ANSWER_MAX);
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    for (const json of events.push(decoder.decode(chunk, { stream: true }))) {
      await take(oneLine(json));
    }
  }
}

/** The first event's data, or the text itself if it is no stream. */
export function dataOf(text: string): string {
  return text.startsWith("{")
    ? text
    : new SseReader(ANSWER_MAX).push(text).find((data) => data !== "") ?? "";
}

/** Reads what may be a message; undefined if it is none. */
export function readLine(json: string): ReturnType<typeof readMessage> {
  try {
    return readMessage(parseJson(json));
  } catch {
    return undefined;
  }
}

/** JSON may be written over lines; on stdio a line is a message. */
export function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? JSON.stringify(JSON.parse(json)) : json;
}

/** Resolves after a while, or as soon as it is not wanted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
