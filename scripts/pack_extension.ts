/** Builds pi-socket and packs it as npm would receive it. */

import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { buildExtension } from "../extension/build.ts";
import { noticesOf } from "./notices.ts";
import { readTarball } from "./tarball.ts";

/** Resolves to the path of `pi-socket-VERSION.tgz` in `folder`. */
export async function packExtension(folder: string): Promise<string> {
  const stage = await buildExtension();
  const { version } = await Bun.file(`${stage}/package.json`).json();
  await Bun.write(`${stage}/NOTICES`, await noticesOf(["ws"]));
  await mkdir(folder, { recursive: true });
  await run(["pm", "pack", "--quiet", "--destination", resolve(folder)], stage);
  return `${folder}/pi-socket-${version}.tgz`;
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
    problems.push(`depends on ${dependency}: its bundle must stand alone`);
  }
  const entries: string[] = pi?.extensions ?? [];
  if (entries.length === 0) problems.push("names no extension for pi");
  for (const entry of [...entries, "README.md", "LICENSE", "NOTICES"]) {
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
