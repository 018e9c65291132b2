/**
 * Builds everything that is published into `dist/release`, or checks it there.
 *
 * Publishes nothing. The check needs no network and none of what was used to
 * build, so it can be repeated wherever the files have been carried.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { buildBinary, VERSION } from "./build_binary.ts";
import { buildUi, reportInitial } from "./build_ui.ts";
import { IN_BINARY, noticesOf } from "./notices.ts";
import { checkTarball, packExtension } from "./pack_extension.ts";
import { formatOf, type ReleaseTarget, TARGETS } from "./release_targets.ts";
import { say } from "./say.ts";

const OUT = "dist/release";
const SUMS = `${OUT}/SHA256SUMS`;

/** Nothing that holds the runtime is smaller. */
const MIN_BINARY_BYTES = 50_000_000;

if (process.argv.includes("--check")) {
  process.exitCode = await check() ? 0 : 1;
} else {
  await build();
  process.exitCode = await check() ? 0 : 1;
}

async function build(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  reportInitial(await buildUi());
  for (const { file, target } of TARGETS) {
    const startedAt = performance.now();
    await buildBinary(`${OUT}/${file}`, target);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${file}: ${seconds} s`);
  }
  await packExtension(OUT);
  await Bun.write(`${OUT}/NOTICES`, await noticesOf(IN_BINARY));
  const lines: string[] = [];
  for (const file of published()) lines.push(`${await sum(file)}  ${file}\n`);
  await Bun.write(SUMS, lines.join(""));
}

/** Names of all files in the release but the sums, sorted. */
function published(): string[] {
  return [...new Bun.Glob("*").scanSync(OUT)]
    .filter((file) => file !== "SHA256SUMS")
    .sort();
}

async function check(): Promise<boolean> {
  if (!existsSync(SUMS)) {
    say(`Cannot check ${OUT}: run scripts/release first`);
    return false;
  }
  const problems = await checkSums();
  for (const target of TARGETS) problems.push(...await checkBinary(target));
  const packed = published().filter((file) => file.endsWith(".tgz"));
  if (packed.length !== 1) {
    problems.push(`${packed.length} packages, must be 1`);
  }
  for (const file of packed) {
    const found = checkTarball(await Bun.file(`${OUT}/${file}`).bytes());
    problems.push(...found.map((problem) => `${file}: ${problem}`));
  }
  for (const problem of problems) say(problem);
  say(
    problems.length > 0
      ? `Release: ${problems.length} problems`
      : `Release: ${published().length} files, ok`,
  );
  return problems.length === 0;
}

/** Every file is named once, and every sum is right. */
async function checkSums(): Promise<string[]> {
  const listed = new Map<string, string>();
  for (const line of (await Bun.file(SUMS).text()).trim().split("\n")) {
    const [hash = "", file = ""] = line.split("  ");
    listed.set(file, hash);
  }
  const problems: string[] = [];
  for (const file of published()) {
    const wanted = listed.get(file);
    listed.delete(file);
    if (!wanted) problems.push(`${file}: is not in SHA256SUMS`);
    else if (wanted !== await sum(file)) problems.push(`${file}: wrong sum`);
  }
  for (const file of listed.keys()) problems.push(`${file}: is missing`);
  return problems;
}

async function checkBinary(one: ReleaseTarget): Promise<string[]> {
  const file = Bun.file(`${OUT}/${one.file}`);
  if (!await file.exists()) return [`${one.file}: is missing`];
  const problems: string[] = [];
  const format = formatOf(await file.slice(0, 8192).bytes());
  if (format !== one.format) {
    problems.push(`${one.file}: is ${format}, must be ${one.format}`);
  }
  if (file.size < MIN_BINARY_BYTES) {
    problems.push(`${one.file}: has ${file.size} bytes, which is too few`);
  }
  const here = `bun-${process.platform}-${process.arch}`;
  if (one.target === here && !await runs(`${OUT}/${one.file}`)) {
    problems.push(`${one.file}: does not say that it is ${VERSION}`);
  }
  return problems;
}

/** Whether this machine's binary starts and knows its version. */
async function runs(path: string): Promise<boolean> {
  const child = Bun.spawn([path, "--version"], { stderr: "ignore" });
  const text = await new Response(child.stdout).text();
  return await child.exited === 0 && text.includes(VERSION);
}

async function sum(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of Bun.file(`${OUT}/${file}`).stream()) {
    hash.update(chunk);
  }
  return hash.digest("hex");
}
