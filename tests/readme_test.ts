import { assert, assertStringIncludes } from "@std/assert";
import { test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** Commands, and where README has what they print. */
const SHOWN: readonly (readonly [mark: string, args: readonly string[]])[] = [
  ["help", ["--help"]],
  ["serve-help", ["serve", "--help"]],
];

for (const [mark, args] of SHOWN) {
  test(`README shows what "hypivisor ${args.join(" ")}" prints`, async () => {
    const command = [process.execPath, join(ROOT, "main.ts"), ...args];
    const child = Bun.spawn(command, { stdout: "pipe" });
    const help = await new Response(child.stdout).text();

    const readme = await Bun.file(join(ROOT, "README.md")).text();
    assertStringIncludes(
      readme,
      `<!-- ${mark} -->\n\n\`\`\`\n${help}\`\`\`\n\n<!-- /${mark} -->`,
    );
  });
}

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
