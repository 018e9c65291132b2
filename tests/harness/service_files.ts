/**
 * A folder of service files for a daemon under test, and what they run: small
 * programs of the shell, gone with the test.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class ServiceFiles implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "service-files-"));
  readonly folder = join(this.path, "hypivisor", "services");

  /** @param files Their names without `.kdl`, and what is in them. */
  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  /** For the daemon. */
  get env(): Record<string, string> {
    return { XDG_CONFIG_HOME: this.path, HOME: this.path };
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, `${name}.kdl`), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A file that has the shell run `script`. */
export function shell(script: string, ...more: string[]): string {
  const quoted = script.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return [`command "/bin/sh" "-c" "${quoted}"`, ...more].join("\n");
}

/** Runs until it is stopped, whatever else it does before. */
export const STAYS = "exec sleep 600";
