/**
 * The compiled binary: that it knows itself, and that nothing of the folder it
 * is started in reaches it.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };

const ROOT = join(import.meta.dir, "..");
const BINARY = join(ROOT, "dist/hypivisor");

/** From nothing, with a cold cache, on a machine that does other things too. */
const BUILD_MS = 180_000;

const START_MS = 15_000;

const dir = mkdtempSync(join(tmpdir(), "binary-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(async () => {
  const build = Bun.spawn(["sh", "scripts/build", "--if-stale"], { cwd: ROOT });
  assertEquals(await build.exited, 0, "scripts/build failed");
}, BUILD_MS);

/** A folder with everything in it that Bun would read by itself. */
function trapFolder(): { cwd: string; sprung: string; state: string } {
  const cwd = mkdtempSync(join(dir, "project-"));
  const sprung = join(cwd, "sprung");
  const state = join(cwd, "state-of-dotenv");
  writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  writeFileSync(
    join(cwd, "preload.ts"),
    `await Bun.write(${JSON.stringify(sprung)}, "");\n`,
  );
  writeFileSync(join(cwd, ".env"), `XDG_STATE_HOME=${state}\n`);
  writeFileSync(
    join(cwd, "package.json"),
    '{"name":"trap","version":"99.0.0"}',
  );
  writeFileSync(join(cwd, "tsconfig.json"), "{ not json");
  return { cwd, sprung, state };
}

test("hypivisor --version says the version, and a commit", async () => {
  const { cwd } = trapFolder();
  const child = Bun.spawn([BINARY, "--version"], { cwd, env: {} });
  const text = await new Response(child.stdout).text();

  assertEquals(await child.exited, 0);
  assert(text.includes(manifest.version), text);
  assertMatch(text, /\b([0-9a-f]{12}\+?|unknown)\b/);
});

test("hypivisor runs no preload script of the folder it is in", async () => {
  const { cwd, sprung } = trapFolder();
  const child = Bun.spawn([BINARY, "--version"], { cwd, stdout: "ignore" });

  assertEquals(await child.exited, 0);
  assertEquals(existsSync(sprung), false);
});

test(
  "hypivisor takes no setting from a .env of the folder it is in",
  async () => {
    const { cwd, sprung, state } = trapFolder();
    const home = mkdtempSync(join(dir, "home-"));
    mkdirSync(join(home, "tmp"));
    const child = Bun.spawn([BINARY, "--port", "0"], {
      cwd,
      env: { HOME: home, PATH: process.env.PATH, TMPDIR: join(home, "tmp") },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const kept = join(home, ".local/state/hypivisor");
    try {
      const deadline = Date.now() + START_MS;
      while (!existsSync(kept) && child.exitCode === null) {
        if (Date.now() > deadline) break;
        await Bun.sleep(20);
      }
    } finally {
      child.kill();
    }
    const stderr = await new Response(child.stderr).text();
    await child.exited;

    assertEquals(existsSync(kept), true, stderr);
    assertEquals(existsSync(state), false, "the .env was read");
    assertEquals(existsSync(sprung), false, "the preload script was run");
  },
  START_MS * 2,
);

test("hypivisor holds no path of the machine that built it", async () => {
  const child = Bun.spawn(["grep", "-c", "-a", "-F", `${ROOT}/`, BINARY], {
    stdout: "pipe",
  });

  assertEquals((await new Response(child.stdout).text()).trim(), "0");
});
