/**
 * Where ttyd is, the peer of the terminal measurements; installs it if it is
 * not there.
 *
 * Debian has it in its unstable suite only, built for a newer C library than
 * that of a stable system. So it is unpacked with all that it needs into a
 * folder below the project's own, and run by the loader that came with it;
 * what runs in its terminals is this system's. The mirror is the one that this
 * system takes its packages from.
 */

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { say } from "../say.ts";

const ROOT = resolve(import.meta.dir, "../../.tools/peers/ttyd");
/** Written last: without it an earlier attempt was cut short. */
const DONE = join(ROOT, "done");

/** How ttyd is started, before its own arguments. */
export interface TtydFiles {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** @throws {Error} which says what is missing. */
export async function ensureTtyd(): Promise<TtydFiles> {
  const installed = Bun.which("ttyd");
  if (installed) return { command: [installed], env: {} };
  if (!existsSync(DONE)) await install();
  const libraries = find("usr/lib/*/libc.so.6");
  const loader = find("usr/lib/*/ld-linux*.so*");
  return {
    command: [
      loader,
      "--library-path",
      join(libraries, ".."),
      join(ROOT, "files/usr/bin/ttyd"),
    ],
    // It is handed on to what runs in the terminal, so nothing else may be
    // in this folder than what ttyd itself looks for there.
    env: { LD_LIBRARY_PATH: join(ROOT, "event_loop") },
  };
}

async function install(): Promise<void> {
  if (!Bun.which("apt-get") || !Bun.which("dpkg-deb")) {
    throw new Error("Cannot find ttyd: install it, so that it is on PATH");
  }
  say("Installing ttyd into .tools/peers (apt-get) …");
  for (const folder of ["lists/partial", "cache/partial", "event_loop"]) {
    mkdirSync(join(ROOT, folder), { recursive: true });
  }
  const mirror = (await output([
    "apt-get",
    "indextargets",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
    "Origin: Debian",
    "Component: main",
  ])).split("\n")[0];
  writeFileSync(join(ROOT, "sources.list"), `deb ${mirror} sid main\n`);
  // As if nothing were installed: all that it needs is fetched.
  writeFileSync(join(ROOT, "status"), "");
  const options = [
    `Dir::Etc::sourcelist=${ROOT}/sources.list`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${ROOT}/lists`,
    `Dir::State::status=${ROOT}/status`,
    `Dir::Cache=${ROOT}`,
    `Dir::Cache::archives=${ROOT}/cache`,
    "Acquire::Languages=none",
    "APT::Install-Recommends=false",
    // The user that apt-get would change to may not write here.
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  await output(["apt-get", ...options, "update"]);
  await output([
    "apt-get",
    ...options,
    "install",
    "--yes",
    "--download-only",
    "ttyd",
  ]);
  for (const package_ of new Bun.Glob("*.deb").scanSync(join(ROOT, "cache"))) {
    const file = join(ROOT, "cache", package_);
    await output(["dpkg-deb", "--extract", file, join(ROOT, "files")]);
  }
  const plugin = find("usr/lib/*/libwebsockets-evlib_uv.so");
  symlinkSync(plugin, join(ROOT, "event_loop/libwebsockets-evlib_uv.so"));
  writeFileSync(DONE, "");
}

function find(pattern: string): string {
  const [found] = new Bun.Glob(pattern).scanSync(join(ROOT, "files"));
  if (found) return join(ROOT, "files", found);
  throw new Error(`Cannot find ${pattern} of ttyd: remove ${ROOT}, try again`);
}

async function output(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (await child.exited === 0) return out;
  throw new Error(`Cannot install ttyd: ${command.join(" ")}: ${error}`);
}
