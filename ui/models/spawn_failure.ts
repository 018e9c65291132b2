/** Why an agent was not started, and which field of the form that is about. */

import { CallRefused, sayFailure } from "../rpc.ts";

/** What was refused, by the field that it is about. */
export interface SpawnFailure {
  readonly field: "folder" | "message" | "model" | "session" | "form";
  readonly reason: string;
}

export function failureOf(thrown: unknown): SpawnFailure {
  return { field: fieldOf(thrown), reason: sayFailure(thrown) };
}

/** By what the refusal speaks of; a folder is what most are about. */
function fieldOf(thrown: unknown): SpawnFailure["field"] {
  if (!(thrown instanceof CallRefused)) return "form";
  if (/model/i.test(thrown.message)) return "model";
  if (/session/i.test(thrown.message)) return "session";
  if (/prompt|message/i.test(thrown.message)) return "message";
  const isOurs = thrown.code === "bad_request" || thrown.code === "forbidden" ||
    thrown.code === "not_found";
  return isOurs ? "folder" : "form";
}
