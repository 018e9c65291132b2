/**
 * Limits of memory and processes, by a cgroup per service where one may be
 * made: as root, or in a subtree that systemd has delegated.
 *
 * Version 2 only. Where that is not to be had the service runs without limits,
 * and its record says so.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Limits } from "../config/config.ts";

const ROOT = "/sys/fs/cgroup";

export type Cgroup =
  | { readonly kind: "made"; readonly dir: string }
  | { readonly kind: "none"; readonly warning: string };

/** Makes or updates the cgroup of a service. */
export function makeCgroup(
  name: string,
  limits: Limits,
  { root = ROOT, own = ownCgroup() }: { root?: string; own?: string } = {},
): Cgroup {
  try {
    const parent = join(root, own);
    // Version 1 has none of these, and a plain file must not be made instead.
    readFileSync(join(parent, "cgroup.controllers"));
    // Fails where processes are in there, or where it is not ours.
    writeFileSync(join(parent, "cgroup.subtree_control"), "+memory +pids");
    const dir = join(parent, `hypivisor-${name}`);
    mkdirSync(dir, { recursive: true });
    const { memoryBytes, processes } = limits;
    writeFileSync(join(dir, "memory.max"), String(memoryBytes ?? "max"));
    writeFileSync(join(dir, "pids.max"), String(processes ?? "max"));
    return { kind: "made", dir };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code ?? message;
    const warning = `Runs without its limits: no cgroup may be made (${why})`;
    return { kind: "none", warning };
  }
}

/** Path below the root of version 2. */
function ownCgroup(): string {
  try {
    const text = readFileSync("/proc/self/cgroup", "utf8");
    return text.match(/^0::(.*)$/m)?.[1] ?? "/";
  } catch {
    return "/"; // Not on this system.
  }
}
