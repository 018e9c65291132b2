import { assert, assertStringIncludes } from "@std/assert";
import { test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");

test("README shows the options as --help prints them", async () => {
  const child = Bun.spawn([process.execPath, join(ROOT, "main.ts"), "--help"], {
    stdout: "pipe",
  });
  const help = await new Response(child.stdout).text();

  const readme = await Bun.file(join(ROOT, "README.md")).text();
  assertStringIncludes(readme, help.trim());
});

test("README's pictures and documents are there", async () => {
  const readme = await Bun.file(join(ROOT, "README.md")).text();
  const local = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, path]) => path);

  assert(local.length > 3);
  for (const path of local) {
    assert(
      await Bun.file(join(ROOT, path ?? "")).exists(),
      `README names "${path}", which is missing`,
    );
  }
});
