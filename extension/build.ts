/**
 * Builds the published package: one folder that stands alone and loads in any
 * pi, under Node or Bun. Run it as `bun extension/build.ts`.
 */

import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname;
const root = join(here, "..");

/** What is shipped beside the bundle, and where it is kept here. */
const SHIPPED = {
  "package.json": here,
  "README.md": here,
  "CHANGELOG.md": here,
  "skills": here,
  "LICENSE": root,
};

/** Optional native parts of `ws`: without them it does the same, slower. */
const OPTIONAL = ["bufferutil", "utf-8-validate"];

/**
 * Puts the package into `folder`, and resolves to its path.
 *
 * `ws` becomes a chunk of its own, which is only loaded by an agent that
 * listens: the import of it is dynamic.
 */
export async function buildExtension(
  folder: string = join(root, "dist", "pi-socket"),
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Bun.build({
    entrypoints: [join(here, "index.ts")],
    outdir: join(folder, "dist"),
    target: "node",
    format: "esm",
    splitting: true,
    external: ["@earendil-works/*", ...OPTIONAL],
  });
  for (const [name, from] of Object.entries(SHIPPED)) {
    await cp(join(from, name), join(folder, name), { recursive: true });
  }
  return folder;
}

if (import.meta.main) {
  process.stdout.write(`${await buildExtension()}\n`);
}
