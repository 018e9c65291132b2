/**
 * A home of its own for shells that a daemon under test opens: a plain prompt,
 * folders to work in, gone with the test.
 */

import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class ShellHome implements AsyncDisposable {
  /** Symlinks resolved. */
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "shell-home-")));

  /** @param folders Made in it: `src/shop`. */
  constructor(folders: readonly string[] = []) {
    for (const folder of folders) this.folder(folder);
    // No history: what a test types is nothing to keep.
    writeFileSync(
      join(this.path, ".bash_profile"),
      "PS1='$ '\nunset HISTFILE PROMPT_COMMAND\n",
    );
  }

  /** For the daemon; its shells have the same. */
  get env(): Record<string, string> {
    return { HOME: this.path, SHELL: "/bin/bash" };
  }

  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
