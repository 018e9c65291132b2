/**
 * Puts real pi versions under `.tools/`, once: the tests run them offline.
 *
 * pi 1.5.2 is installed from its tarball and the few packages that its bundle
 * still loads, because some of its declared dependencies cannot be had from
 * every registry. Node 24 comes from the registry as well. Bun installs all of
 * it, so that a machine without npm will do.
 */

import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./until.ts";

/** The newest, the one that this project is typed against, and the oldest. */
export type PiVersion = "1.5.2" | "0.87.1" | "0.74.2";

export interface InstalledPi {
  readonly version: PiVersion;
  /** How to run it: the start of an argv. */
  readonly command: readonly string[];
}

const root = join(import.meta.dirname, "..", "..");
const tools = join(root, ".tools");

const BESIDE = [
  "jiti@2.7.0",
  "typebox@1.3.27",
  "quickjs-wasi@3.6.2",
  "@silvia-odwyer/photon-node@0.3.4",
];

/** Installs `version` if it is not there. Safe to call from several tests. */
export async function ensurePi(version: PiVersion): Promise<InstalledPi> {
  // The package that the "node" package would install by a script.
  const runtime = `node-${process.platform}-${process.arch}`;
  const node = await ensure("node-24", (dir) => add(dir, `${runtime}@24`));
  const name = "@earendil-works/pi-coding-agent";
  const run24 = join(node, "node_modules", runtime, "bin/node");
  if (version === "0.87.1") {
    const cli = join(root, "node_modules", name, "dist", "cli.js");
    return { version, command: [run24, cli] };
  }
  const home = await ensure(`pi-${version}`, async (dir) => {
    if (version === "0.74.2") {
      return await add(dir, `${name}@${version}`);
    }
    await unpack(dir, `${name}@${version}`);
    await add(dir, ...BESIDE);
  });
  const cli = version === "0.74.2"
    ? join(home, "node_modules", name, "dist", "cli.js")
    : join(home, "package", "dist", "bundle", "cli.js");
  return { version, command: [run24, cli] };
}

/** A folder that exists only once it is complete. */
async function ensure(
  name: string,
  fill: (dir: string) => Promise<void>,
): Promise<string> {
  const dir = join(tools, name);
  if (existsSync(dir)) return dir;
  const draft = `${dir}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, "package.json"), '{"private":true}\n');
  await fill(draft);
  try {
    await rename(draft, dir);
  } catch {
    // Another test was faster; its copy is as good.
    await rm(draft, { recursive: true, force: true });
    await until(() => existsSync(dir));
  }
  return dir;
}

/** Installs packages. Their scripts are not run: nothing here needs them. */
async function add(dir: string, ...packages: string[]): Promise<void> {
  await run(dir, [process.execPath, "add", "--ignore-scripts", ...packages]);
}

/** Puts a published package, without what it depends on, into `package/`. */
async function unpack(dir: string, name: string): Promise<void> {
  const url = await run(dir, [
    process.execPath,
    "pm",
    "view",
    name,
    "dist.tarball",
  ]);
  const response = await fetch(url.trim());
  if (!response.ok) throw new Error(`Cannot fetch ${name}: ${response.status}`);
  await Bun.write(join(dir, "pi.tgz"), response);
  await run(dir, ["tar", "xzf", "pi.tgz"]);
}

/** Resolves to what the command printed. */
async function run(cwd: string, command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, output, errors] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (code === 0) return output;
  throw new Error(`Cannot run "${command.join(" ")}": ${errors}`);
}
