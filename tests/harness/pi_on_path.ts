/** What a daemon needs of its environment to find and start a test's own pi. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PiHome } from "./pi.ts";

/** Puts `pi` on the PATH, as `npm install -g` does, in the home of that pi. */
export function piOnPath(home: PiHome): Record<string, string> {
  const bin = join(home.root, "bin");
  mkdirSync(bin, { recursive: true });
  const command = home.pi.command.map((part) => `'${part}'`).join(" ");
  writeFileSync(join(bin, "pi"), `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(join(bin, "pi"), 0o755);
  const { HYPIVISOR_WS: _told, PATH = "", ...env } = home.environment();
  return { ...env, PATH: `${bin}:${PATH}`, SHELL: "/bin/bash" };
}
