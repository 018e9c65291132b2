/** The daemon as a program: flags, exit codes, what it says and where. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { Hypivisor } from "./harness/hypivisor.ts";

/** Runs the daemon to its end, for command lines that it refuses. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stderr: string; stdout: string }> {
  const main = process.env.HYPIVISOR_BIN
    ? [resolve(process.env.HYPIVISOR_BIN)]
    : [process.execPath, resolve(import.meta.dir, "../main.ts")];
  const child = Bun.spawn([...main, ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    // One that starts after all must not run for ever.
    timeout: 15_000,
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stderr, stdout };
}

async function withDir(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "access-test-"));
  try {
    await run(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test("--token-file is read, and refused where it holds nothing", async () => {
  await withDir(async (dir) => {
    const file = join(dir, "secret");
    writeFileSync(file, "  from-a-file-1234\n");
    await using hypivisor = await Hypivisor.start({
      args: ["--token-file", file],
    });
    const answer = await fetch(
      `${hypivisor.origin}/healthz?token=from-a-file-1234`,
    );
    assertEquals(answer.status, 200);

    for (const text of ["", " \n"]) {
      writeFileSync(file, text);
      const { code, stderr } = await run(["--token-file", file, "-p", "0"], {
        XDG_STATE_HOME: dir,
      });
      assertEquals(code, 1, text);
      assertMatch(stderr, /^hypivisor: Cannot \w+ the token .*\n$/);
    }
  });
});

test("a short token works, as with the original, and is warned of", async () => {
  await using hypivisor = await Hypivisor.start({ env: { HYPI_TOKEN: "abc" } });

  const get = (token: string) =>
    fetch(`${hypivisor.origin}/healthz?token=${token}`);
  assertEquals((await get("abc")).status, 200);
  assertEquals((await get("abd")).status, 401);
  assertMatch(hypivisor.stderr, /warn +way_in token_short from=HYPI_TOKEN\n/);
});

test(
  "a wrong command line is one line on stderr, and exit code 64",
  async () => {
    await withDir(async (dir) => {
      const lines: string[][] = [
        ["--host", "0.0.0.0", "--no-auth"],
        ["--host", "::", "--no-auth"],
        ["--host", "127.evil.example", "--no-auth"],
        ["--host", "a b"],
        ["--host", "127.0.0.1:80"],
        ["--host", "http://x"],
        ["--host", ""],
        ["--port", "x"],
        ["--port", "-1"],
        ["--port", "65536"],
        ["--port", "1.5"],
        ["--port", "1e3"],
        ["--port", "0x50"],
        ["--port", " 80"],
        ["--port"],
        ["--port="],
        ["-p"],
        ["-p", "99999"],
        ["-t", "0"],
        ["-t", "-5"],
        ["-t", "86401"],
        ["--node-ttl", "soon"],
        ["--log-level", "loud"],
        ["--allow-host", "a/b"],
        ["--allow-host", "a:80"],
        ["--allow-host", ""],
        ["--allow-origin", "pi.example"],
        ["--allow-origin", "https://pi.example/"],
        ["--allow-origin", "https://pi.example/x"],
        ["--allow-origin", "https://user@pi.example"],
        ["--allow-origin", "ftp://pi.example"],
        ["--data-dir", ""],
        ["--token-file", ""],
        ["--no-auth", "--token-file", "x"],
        ["--nonsense"],
        ["--no-port"],
        ["--no-help"],
        ["-x"],
        ["serve"],
        ["--", "x"],
        ["--__proto__", "x"],
        ["--port", "80", "--port", "81"],
      ];
      const env = { XDG_STATE_HOME: dir };
      const results = await Promise.all(lines.map((args) => run(args, env)));
      for (const [index, { code, stderr, stdout }] of results.entries()) {
        const said = `${lines[index]?.join(" ")}: ${code} ${stderr}`;
        assertEquals(code, 64, said);
        assertMatch(stderr, /^hypivisor: [A-Z].*\n$/, said);
        assertEquals(stdout, "");
      }
      const unknownEnv = await run(["--port", "x"], { HYPI_FOO: "1", ...env });
      assertEquals(unknownEnv.code, 64);
    });
  },
  60_000,
);

test("help and version are results: stdout, exit code 0", async () => {
  const help = await run(["--help"]);
  assertEquals(help.code, 0);
  assertMatch(help.stdout, /^hypivisor 0\.1\.0/);
  assertEquals((await run(["-h"])).stdout, help.stdout);
  const version = await run(["--version"]);
  assertMatch(version.stdout, /^hypivisor 0\.1\.0 \(\S+\)\n$/);
  assertEquals(version.code, 0);
});

test("a port in use is named with who holds it, exit code 1", async () => {
  await using hypivisor = await Hypivisor.start();
  await withDir(async (dir) => {
    const { code, stderr } = await run(["-p", String(hypivisor.port)], {
      XDG_STATE_HOME: dir,
    });

    assertEquals(code, 1);
    assert(stderr.includes(`port ${hypivisor.port}`), stderr);
    assert(stderr.includes(`(pid ${hypivisor.pid})`), stderr);
    assertEquals(stderr.trim().split("\n").length, 1);
  });
});

test("a data directory that cannot be used is said in one line, exit code 1", async () => {
  await withDir(async (dir) => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    writeFileSync(join(dir, "hypivisor.db"), "this is no database at all");
    for (const path of [file, join(file, "below"), dir]) {
      const { code, stderr } = await run(["-p", "0", "--data-dir", path]);
      assertEquals(code, 1, stderr);
      assertMatch(stderr, /^hypivisor: Cannot [^\n]*\n$/);
    }
  });
});
