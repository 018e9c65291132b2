/** Builds pi-socket and packs it as npm would receive it. */

import { existsSync } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { readTarball } from "./tarball.ts";

const SOURCE = "extension";

/** Holds what is packed: the extension's files and the project's licence. */
const STAGE = "dist/pi-socket";

/**
 * What the package may bring along: without a native client for WebSockets
 * that can do what is needed, pi's runtime has `ws` to fall back on.
 */
const ALLOWED_DEPENDENCIES: ReadonlySet<string> = new Set(["ws"]);

/** Resolves to the path of `pi-socket-VERSION.tgz` in `folder`. */
export async function packExtension(folder: string): Promise<string> {
  await run([`${SOURCE}/build.ts`], ".");
  const manifest = await Bun.file(`${SOURCE}/package.json`).json();
  const shipped: string[] = ["package.json", ...manifest.files];
  await rm(STAGE, { recursive: true, force: true });
  await mkdir(STAGE, { recursive: true });
  for (const name of shipped) {
    const from = `${SOURCE}/${name}`;
    if (!existsSync(from)) continue; // The check of the tarball will tell.
    await cp(from, `${STAGE}/${name}`, { recursive: true });
  }
  await cp("LICENSE", `${STAGE}/LICENSE`);
  await mkdir(folder, { recursive: true });
  await run(["pm", "pack", "--quiet", "--destination", resolve(folder)], STAGE);
  return `${folder}/pi-socket-${manifest.version}.tgz`;
}

/** Returns a sentence for each thing that is wrong with the packed files. */
export function checkTarball(bytes: Uint8Array): string[] {
  const files = readTarball(bytes);
  const manifest = files.get("package/package.json");
  if (!manifest) return ["has no package/package.json"];
  const problems: string[] = [];
  const { name, version, pi, dependencies } = JSON.parse(
    new TextDecoder().decode(manifest),
  );
  if (name !== "pi-socket") problems.push(`is named "${name}"`);
  if (!/^\d+\.\d+\.\d+/.test(version)) problems.push("has no version");
  for (const dependency of Object.keys(dependencies ?? {})) {
    if (ALLOWED_DEPENDENCIES.has(dependency)) continue;
    problems.push(`depends on ${dependency}: its bundle must stand alone`);
  }
  const entries: string[] = pi?.extensions ?? [];
  if (entries.length === 0) problems.push("names no extension for pi");
  for (const entry of [...entries, "README.md", "LICENSE"]) {
    const path = `package/${entry.replace(/^\.\//, "")}`;
    if (!files.has(path)) problems.push(`has no ${path}`);
  }
  for (const path of files.keys()) {
    if (!path.startsWith("package/")) problems.push(`holds ${path}`);
    if (/_test\.tsx?$/.test(path)) problems.push(`ships a test, ${path}`);
  }
  return problems;
}

async function run(args: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd,
    stdin: "ignore",
    stdout: 2,
    stderr: 2,
  });
  if (await child.exited === 0) return;
  throw new Error(`Cannot run "bun ${args.join(" ")}": see above`);
}
