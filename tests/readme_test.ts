import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "bun:test";
import { join } from "node:path";
import { readConfig } from "../server/runner/services/config/read_config.ts";

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

test("README's services are read without a fault, and say what is the default", async () => {
  const readme = await Bun.file(join(ROOT, "README.md")).text();
  const files = [...readme.matchAll(/^```kdl\n([^]*?)^```$/gm)].map((
    [, text],
  ) =>
    readConfig({ name: "x", file: "/x.kdl", text: text ?? "" }, "/home/ada")
  );
  assertEquals(files.length, 2);
  const [, whole] = files;
  if (!whole?.ok) throw new Error(JSON.stringify(whole?.faults));
  const least = readConfig(
    {
      name: "x",
      file: "/x.kdl",
      text: 'command "x"\nhealth { probe "mcp"; }\nport 0',
    },
    "/home/ada",
  );
  assert(least.ok);
  const { after: _, ready: __, restart, ...rules } = whole.config.rules;
  const { after: ___, ready, restart: usual, ...others } = least.config.rules;
  assertEquals(rules, others);
  assertEquals({ ...restart, successExitCodes: [0] }, usual);
  assertEquals(whole.config.rules.ready.timeoutMs, ready.timeoutMs);
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
