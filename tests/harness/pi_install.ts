/**
 * Puts real pi versions under `.tools/`, once: the tests run them offline.
 *
 * pi 1.5.2 is installed from its tarball and the few packages that its bundle
 * still loads, because some of its declared dependencies cannot be had from
 * every registry. Node 24 comes from the registry as well.
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
  const node = await ensure("node24", async (dir) => {
    await npm(dir, "install", "--no-audit", "--no-fund", "node@24");
  });
  const name = "@earendil-works/pi-coding-agent";
  const run24 = join(node, "node_modules/.bin/node");
  if (version === "0.87.1") {
    const cli = join(root, "node_modules", name, "dist", "cli.js");
    return { version, command: [run24, cli] };
  }
  const home = await ensure(`pi-${version}`, async (dir) => {
    if (version === "0.74.2") {
      return await npm(
        dir,
        "install",
        "--ignore-scripts",
        `${name}@${version}`,
      );
    }
    await npm(dir, "pack", `${name}@${version}`);
    await run(dir, [
      "tar",
      "xzf",
      `earendil-works-pi-coding-agent-${version}.tgz`,
    ]);
    await npm(dir, "install", "--ignore-scripts", ...BESIDE);
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

function npm(dir: string, ...args: string[]): Promise<void> {
  return run(dir, ["npm", ...args, "--loglevel=error"]);
}

async function run(cwd: string, command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], {
    cwd,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, output] = await Promise.all([
    child.exited,
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) {
    throw new Error(`Cannot run "${command.join(" ")}": ${output}`);
  }
}
