import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atLeast, capabilitiesOf, piVersion } from "./pi_host.ts";

test("piVersion() reads the package around the script, through links", async () => {
  const root = await mkdtemp(join(tmpdir(), "host-"));
  try {
    const bundle = join(root, "pkg", "dist", "bundle");
    await mkdir(bundle, { recursive: true });
    await writeFile(join(bundle, "cli.js"), "");
    await writeFile(
      join(root, "pkg", "package.json"),
      JSON.stringify({ name: "@x/pi-coding-agent", version: "1.5.2" }),
    );
    await symlink(join(bundle, "cli.js"), join(root, "pi"));
    assertEquals(await piVersion(join(root, "pi")), "1.5.2");
    assertEquals(await piVersion(join(root, "gone")), "");
    assertEquals(await piVersion(undefined), "");
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test("atLeast() compares numbers, not text, and trusts an unknown version", () => {
  assertEquals(atLeast("0.84.10", "0.84.2"), true);
  assertEquals(atLeast("0.84.1", "0.84.2"), false);
  assertEquals(atLeast("1.0.0-beta.1", "0.84.2"), true);
  assertEquals(atLeast("", "9.9.9"), true);
});

test("capabilitiesOf() names what that version can do", () => {
  assertEquals(capabilitiesOf("0.74.2"), ["attachments"]);
  assertEquals(capabilitiesOf("0.80.4"), ["attachments", "settled"]);
  assertEquals(capabilitiesOf("1.5.2"), [
    "attachments",
    "commands",
    "settled",
    "dialogs",
  ]);
});
