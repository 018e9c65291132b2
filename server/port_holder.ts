/**
 * Finds the process that holds a port, so that an error can name it.
 *
 * From `/proc`, so on Linux only, and only processes of the same user; where
 * that is not possible nothing is said.
 */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LISTENING = "0A";

export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

export function findPortHolder(port: number): PortHolder | undefined {
  const inodes = ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((table) => listeningInodes(table, port));
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of names("/proc").filter((name) => /^\d+$/.test(name))) {
    const fds = names(`/proc/${pid}/fd`);
    if (!fds.some((fd) => links.has(target(`/proc/${pid}/fd/${fd}`)))) continue;
    return { pid: Number(pid), name: text(`/proc/${pid}/comm`).trim() };
  }
  return undefined;
}

function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text(table).split("\n").slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state]) =>
      local.endsWith(`:${hex}`) && state === LISTENING
    )
    .flatMap((columns) => columns[9] ?? []);
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // Another user's, or gone meanwhile.
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ""; // Closed meanwhile.
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // Not on this system, or gone.
  }
}
