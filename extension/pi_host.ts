/**
 * The pi we are loaded into: its version, and what that version can do.
 *
 * pi does not tell extensions its version, so it is read from the package that
 * the running script belongs to. A compiled pi has none: its version is empty,
 * and it is taken for a new one, because old ones were never compiled.
 */

import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentCapability } from "../server/protocol/version.ts";

/** `dist/bundle/cli.js` is two folders below its package; more is a guess. */
const LEVELS_MAX = 6;

/** Version of the package around `script` (`process.argv[1]`), or "". */
export async function piVersion(script: string | undefined): Promise<string> {
  if (!script) return "";
  let dir = dirname(await realpath(script).catch(() => script));
  for (let level = 0; level < LEVELS_MAX; level++) {
    const text = await readFile(join(dir, "package.json"), "utf8")
      .catch(() => "");
    const found = versionOf(text);
    if (found !== undefined) return found;
    const up = dirname(dir);
    if (up === dir) break;
    dir = up;
  }
  return "";
}

function versionOf(text: string): string | undefined {
  try {
    const { name, version } = JSON.parse(text);
    const isPi = typeof name === "string" && name.endsWith("pi-coding-agent");
    return isPi && typeof version === "string" ? version : undefined;
  } catch {
    return undefined; // No package here, or one that cannot be read.
  }
}

/** Whether `version` is `floor` or newer. An unknown one counts as new. */
export function atLeast(version: string, floor: string): boolean {
  if (!version) return true;
  const parts = (v: string) =>
    v.split("-")[0]?.split(".").map((n) => Number.parseInt(n) || 0) ?? [];
  const [have, want] = [parts(version), parts(floor)];
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** `sendUserMessage` runs commands and expands templates. */
export const COMMANDS_SINCE = "0.84.2";
const SETTLED_SINCE = "0.80.4";
const COMPACT_FAILED_SINCE = "0.84.3";
const DIALOGS_SINCE = "0.84.4";

export function tellsSettled(version: string): boolean {
  return atLeast(version, SETTLED_SINCE);
}

export function tellsCompactFailed(version: string): boolean {
  return atLeast(version, COMPACT_FAILED_SINCE);
}

export function capabilitiesOf(version: string): AgentCapability[] {
  const capabilities: AgentCapability[] = ["attachments"];
  if (atLeast(version, COMMANDS_SINCE)) capabilities.push("commands");
  if (tellsSettled(version)) capabilities.push("settled");
  if (atLeast(version, DIALOGS_SINCE)) capabilities.push("dialogs");
  return capabilities;
}
