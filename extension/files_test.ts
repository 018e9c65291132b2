import { afterAll, beforeAll, test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Files } from "./files.ts";
import { gitBranch } from "./git_branch.ts";

let root: string;
let cwd: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "files-"));
  cwd = join(root, "proj");
  for (
    const dir of ["src/deep", "node_modules/x", "build", ".git", ".hidden"]
  ) {
    await mkdir(join(cwd, dir), { recursive: true });
  }
  await mkdir(join(root, "proj2"));
  const files = ["src/main.ts", "src/deep/domain.ts", "build/out.js", "a.log"];
  for (const file of [...files, "../proj2/secret.txt", "node_modules/x/i.js"]) {
    await writeFile(join(cwd, file), "");
  }
  await writeFile(join(cwd, ".gitignore"), "/build/\n*.log\n");
  await writeFile(join(cwd, ".git", "HEAD"), "ref: refs/heads/feat/one\n");
  await symlink(join(root, "proj2"), join(cwd, "out"));
  await symlink(join(cwd, "src"), join(cwd, "in"));
});

afterAll(() => rm(root, { recursive: true, force: true }));

function paths(files: readonly { path: string }[]) {
  return files.map(({ path }) => path).sort();
}

test("Files.search() finds fuzzily, best first, without what git ignores", async () => {
  const files = new Files();
  const { files: found, truncated } = await files.search(cwd, "main");
  assertEquals(found.map(({ path }) => path), [
    "src/main.ts",
    "src/deep/domain.ts",
  ]);
  assertEquals(truncated, false);
  const all = paths((await files.search(cwd, "")).files);
  assert(!all.some((path) => /build|log|node_modules|secret/.test(path)));
});

test("Files.search() gives nothing for what lies outside", async () => {
  for (const query of ["../proj2/secret", "secret.txt", join(root, "proj2")]) {
    assertEquals((await new Files().search(cwd, query)).files, [], query);
  }
});

test("Files.folder() lists the folder that was named", async () => {
  const files = new Files();
  const inSrc = ["src/deep", "src/main.ts"];
  assertEquals(paths(await files.folder(cwd, "src/")), inSrc);
  assertEquals(paths(await files.folder(cwd, "src/ma")), inSrc);
  assertEquals(paths(await files.folder(cwd, "")), [
    "a.log",
    "build",
    "in",
    "node_modules",
    "src",
  ]);
});

test("Files.folder() never leaves the agent's folder", async () => {
  for (const prefix of ["../proj2/", "../proj2/x", "/etc/", "out/", "../"]) {
    assertEquals(await new Files().folder(cwd, prefix), [], prefix);
  }
});

test("gitBranch() reads the branch from a folder below the repository", async () => {
  assertEquals(await gitBranch(join(cwd, "src", "deep")), "feat/one");
  assertEquals(await gitBranch(join(root, "proj2")), null);
});
