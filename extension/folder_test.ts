import { test } from "bun:test";
import { assert, assertRejects } from "@std/assert";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "./folder.ts";

test("makeFolder() makes what is missing, also when asked at once", async () => {
  const root = await mkdtemp(join(tmpdir(), "folder-"));
  try {
    const dir = join(root, "a", "b", "c");
    await Promise.all([makeFolder(dir), makeFolder(dir)]);
    assert((await stat(dir)).isDirectory());
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test("makeFolder() gives up where nothing can be made", async () => {
  await assertRejects(() => makeFolder("/proc/none/logs"), Error);
  await assertRejects(() => makeFolder("/dev/null/logs"), Error);
});
