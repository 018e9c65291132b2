import { assertEquals, assertRejects } from "@std/assert";
import { test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSessionFile } from "./session_file.ts";

const HEADER = {
  type: "session",
  version: 3,
  id: "0d1c-a_b.c",
  timestamp: "2026-11-25T00:00:00Z",
  cwd: "/home/ada/shop",
};

function place(): { root: string; home: string } & Disposable {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hypivisor-session-")));
  mkdirSync(join(root, "home"));
  return {
    root,
    home: join(root, "home"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

test("readSessionFile() tells whose session it is, under its real name", async () => {
  using at = place();
  const file = join(at.home, "s.jsonl");
  const line = JSON.stringify(HEADER);
  writeFileSync(file, `${line}\n${"x".repeat(200_000)}\n`);
  symlinkSync(file, join(at.home, "other.jsonl"));
  const header = { file, id: HEADER.id, cwd: HEADER.cwd };
  const env = { HOME: at.home };
  assertEquals(await readSessionFile(file, env), header);
  assertEquals(
    await readSessionFile(join(at.home, "other.jsonl"), env),
    header,
  );
  writeFileSync(file, line);
  assertEquals(await readSessionFile(file, env), header);
});

test("readSessionFile() looks where pi keeps sessions, and nowhere else", async () => {
  using at = place();
  const file = join(at.root, "sessions", "s.jsonl");
  mkdirSync(join(at.root, "sessions"));
  writeFileSync(file, JSON.stringify(HEADER));
  symlinkSync(file, join(at.home, "s.jsonl"));
  for (const path of [file, join(at.home, "s.jsonl"), "/etc/passwd"]) {
    await assertRejects(
      () => readSessionFile(path, { HOME: at.home }),
      Error,
      "outside the home",
    );
  }
  for (
    const env of [
      { HOME: at.home, PI_CODING_AGENT_DIR: at.root },
      { HOME: at.home, PI_CODING_AGENT_SESSION_DIR: join(at.root, "sessions") },
    ]
  ) assertEquals((await readSessionFile(file, env)).id, HEADER.id);
});

test("readSessionFile() refuses what is no session", async () => {
  using at = place();
  const env = { HOME: at.home };
  const file = join(at.home, "s.jsonl");
  const wrong = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...HEADER, type: "message" }),
    JSON.stringify({ ...HEADER, id: "--help" }),
    JSON.stringify({ ...HEADER, id: "a/../b" }),
    JSON.stringify({ ...HEADER, cwd: undefined }),
    JSON.stringify({ ...HEADER, pad: "x".repeat(70_000) }),
    "\0".repeat(1_000),
  ];
  for (const text of wrong) {
    writeFileSync(file, text);
    await assertRejects(
      () => readSessionFile(file, env),
      Error,
      "no session of pi's",
    );
  }
  await assertRejects(
    () => readSessionFile(at.home, env),
    Error,
    "no session of pi's",
  );
  await assertRejects(
    () => readSessionFile(join(at.home, "no"), env),
    Error,
    "Cannot find the session",
  );
});
