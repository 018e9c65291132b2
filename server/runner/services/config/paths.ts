/** Paths as files write them: `~` is home, and a relative one has a base. */

import { isAbsolute, join } from "node:path";

export function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/")
    ? join(home, path.slice(1))
    : path;
}

export function placeOn(base: string, path: string): string {
  return isAbsolute(path) ? path : join(base, path);
}
