/**
 * The npm package: that what is packed is whole, stands alone, and is taken by
 * pi's own loader from a folder where nothing of this project is in reach.
 */

import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkTarball, packExtension } from "../scripts/pack_extension.ts";
import { readTarball } from "../scripts/tarball.ts";

const ROOT = join(import.meta.dir, "..");
const PI = join(ROOT, "node_modules/@earendil-works/pi-coding-agent");

const dir = mkdtempSync(join(tmpdir(), "package-"));
let packed: Uint8Array;
let installed: string;

afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(async () => {
  packed = await Bun.file(await packExtension(dir)).bytes();
  installed = join(dir, "node_modules/pi-socket");
  for (const [path, bytes] of readTarball(packed)) {
    const target = join(installed, path.slice("package/".length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  const manifest = await Bun.file(join(installed, "package.json")).json();
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    // As npm would; there is no network in a test.
    cpSync(join(ROOT, "node_modules", name), join(dir, "node_modules", name), {
      recursive: true,
    });
  }
}, 60_000);

/** Runs a module in the folder that has only the package in it. */
async function run(source: string): Promise<{ out: string; err: string }> {
  const file = join(dir, `probe-${crypto.randomUUID()}.mjs`);
  writeFileSync(file, source);
  const child = Bun.spawn([process.execPath, "--no-install", file], {
    cwd: dir,
    env: {
      HOME: dir,
      PATH: process.env.PATH,
      HYPIVISOR_WS: "ws://127.0.0.1:9",
    },
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assertEquals(await child.exited, 0, err);
  return { out, err };
}

test("pi-socket's package is complete and brings nothing unexpected", () => {
  assertEquals(checkTarball(packed), []);
});

test("pi-socket registers with pi and prints nothing", async () => {
  const { out, err } = await run(`
    import { discoverAndLoadExtensions } from ${
    JSON.stringify(join(PI, "dist/index.js"))
  };
    import { writeFileSync } from "node:fs";
    const { extensions, errors } = await discoverAndLoadExtensions(
      [${JSON.stringify(installed)}],
      ${JSON.stringify(dir)},
      ${JSON.stringify(join(dir, "agent"))},
    );
    writeFileSync("result.json", JSON.stringify({
      errors,
      handlers: extensions.flatMap((one) => [...one.handlers.keys()]),
    }));
    process.exit(0);
  `);
  const result = await Bun.file(join(dir, "result.json")).json();

  assertEquals(result.errors, []);
  assertEquals(result.handlers.includes("session_start"), true);
  assertEquals({ out, err }, { out: "", err: "" });
});
