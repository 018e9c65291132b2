/**
 * Compiles the daemon and the page in `dist/ui` into one executable.
 *
 * Knows the options that must never be forgotten; knows nothing of where the
 * result goes. `build.ts` makes one for this machine, `release.ts` one for each
 * platform.
 */

import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { UI_DIR } from "./build_ui.ts";

export const VERSION: string = manifest.version;

/**
 * A worker must be an entry of its own, after `main.ts`: found in the binary as
 * `./server/store/worker.ts` from the root, whoever asks for it.
 */
const ENTRYPOINTS = [
  "main.ts",
  "server/store/worker.ts",
  "server/runner/screen/screen_worker.ts",
];

/** @param target Bun's name of the platform; this one if left out. */
export async function buildBinary(
  outfile: string,
  target?: Bun.Build.CompileTarget,
): Promise<void> {
  await Bun.build({
    entrypoints: ENTRYPOINTS,
    format: "esm",
    minify: true,
    // A command loads only what it imports: 2 ms less of 16.
    splitting: true,
    // Parsing is done at build time: 4 ms less of 15 to listening.
    bytecode: true,
    sourcemap: "linked",
    define: {
      "process.env.NODE_ENV": '"production"',
      HYPIVISOR_VERSION: JSON.stringify(VERSION),
      HYPIVISOR_COMMIT: JSON.stringify(commit()),
    },
    compile: {
      outfile,
      assets: [UI_DIR],
      // It is started in other people's folders: what lies there must not
      // reach it. On by default in Bun 1.4.5, `preload` scripts included.
      autoloadBunfig: false,
      autoloadDotenv: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      ...(target ? { target } : {}),
    },
  });
  await removeMaps(outfile);
}

/** The maps are inside the binary; the copies beside it are of no use. */
async function removeMaps(outfile: string): Promise<void> {
  const folder = dirname(outfile);
  for (const name of new Bun.Glob("*.map").scanSync(folder)) {
    await rm(`${folder}/${name}`);
  }
}

/** Commit of the working tree, "unknown" where there is no repository. */
function commit(): string {
  const head = git("rev-parse", "--short=12", "HEAD");
  if (!head) return "unknown";
  return git("status", "--porcelain", "--untracked-files=no")
    ? `${head}+`
    : head;
}

function git(...args: string[]): string {
  try {
    const { stdout } = Bun.spawnSync(["git", ...args], { stderr: "ignore" });
    return stdout.toString().trim();
  } catch {
    return ""; // No git on this machine: the archive was downloaded.
  }
}
