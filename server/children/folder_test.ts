import { assertEquals, assertRejects } from "@std/assert";
import { test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentFolder, terminalFolder } from "./folder.ts";

interface Place extends Disposable {
  readonly home: string;
  readonly outside: string;
}

/** A home, and a folder beside it that nothing may be made in. */
function place(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hypivisor-folder-")));
  const [home, outside] = [join(root, "home"), join(root, "outside")];
  mkdirSync(join(home, "shop", "web"), { recursive: true });
  mkdirSync(join(outside, "secret"), { recursive: true });
  writeFileSync(join(home, "file"), "");
  symlinkSync(outside, join(home, "out"));
  symlinkSync(join(home, "shop"), join(home, "in"));
  symlinkSync(join(outside, "nowhere"), join(home, "dangling"));
  return {
    home,
    outside,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

test("agentFolder() finds a folder, symlinks resolved", async () => {
  using at = place();
  const shop = join(at.home, "shop");
  assertEquals(await agentFolder(shop, "", at.home), shop);
  assertEquals(await agentFolder(join(at.home, "in"), "", at.home), shop);
  assertEquals(await agentFolder(`${shop}/../shop/`, "", at.home), shop);
  assertEquals(await agentFolder(at.home, "", at.home), at.home);
});

test("agentFolder() takes a home that is a symlink itself", async () => {
  using at = place();
  const home = join(at.outside, "home");
  symlinkSync(at.home, home);
  assertEquals(
    await agentFolder(join(home, "shop"), "", home),
    join(at.home, "shop"),
  );
});

test("agentFolder() makes a new folder, also several deep, also twice", async () => {
  using at = place();
  const wanted = join(at.home, "shop/a/b c/ü");
  for (const _ of [1, 2]) {
    assertEquals(
      await agentFolder(join(at.home, "in"), "a/b c/ü", at.home),
      wanted,
    );
  }
  assertEquals(existsSync(wanted), true);
  assertEquals(
    await agentFolder(join(at.home, "shop/web"), "../new", at.home),
    join(at.home, "shop/new"),
  );
  assertEquals(
    await agentFolder(join(at.home, "not/yet"), "there", at.home),
    join(at.home, "not/yet/there"),
  );
});

test("agentFolder() refuses what lies outside before it makes anything", async () => {
  using at = place();
  const { home, outside } = at;
  const escapes: [string, string][] = [
    [outside, ""],
    [outside, "new"],
    ["/", "new"],
    [home, "../outside/new"],
    [home, "../new"],
    [home, "shop/../../outside/new"],
    [home, join(outside, "new")],
    [home, "/hypivisor-test-must-not-exist"],
    [home, "out/new"],
    [home, "out/a/b/c"],
    [join(home, "out"), "new"],
    [join(home, "out"), ""],
    [home, "out/secret"],
    [join(home, "out/secret"), ""],
  ];
  for (const [path, newFolder] of escapes) {
    await assertRejects(
      () => agentFolder(path, newFolder, home),
      Error,
      "Path resolves outside home directory",
    );
  }
  assertEquals(readdirSync(outside), ["secret"]);
  assertEquals(existsSync("/hypivisor-test-must-not-exist"), false);
});

test("agentFolder() follows no link to nowhere", async () => {
  using at = place();
  for (const newFolder of ["dangling", "dangling/new"]) {
    await assertRejects(
      () => agentFolder(at.home, newFolder, at.home),
      Error,
      "Failed to create directory: File exists (os error 17)",
    );
  }
  assertEquals(existsSync(join(at.outside, "nowhere")), false);
});

test("agentFolder() says what is wrong in the original's words", async () => {
  using at = place();
  const { home } = at;
  const wrong: [string, string, string][] = [
    [join(home, "no"), "", "Path does not exist"],
    ["/no/such/place", "", "Path does not exist"],
    [
      join(home, "file"),
      "",
      "Failed to spawn: Not a directory (os error 20)",
    ],
    [
      join(home, "file"),
      "new",
      "Failed to create directory: Not a directory (os error 20)",
    ],
    [
      home,
      "x".repeat(300),
      "Invalid path: File name too long (os error 36)",
    ],
    [`${home}/a\0b`, "", "Invalid path: "],
    [home, "a\0b", "Invalid path: "],
  ];
  for (const [path, newFolder, message] of wrong) {
    await assertRejects(
      () => agentFolder(path, newFolder, home),
      Error,
      message,
    );
  }
});

test("terminalFolder() is the home, or a folder in it", async () => {
  using at = place();
  const { home, outside } = at;
  assertEquals(await terminalFolder(undefined, home), home);
  assertEquals(
    await terminalFolder(join(home, "in"), home),
    join(home, "shop"),
  );
  for (const path of [outside, join(home, "out"), "/"]) {
    await assertRejects(
      () => terminalFolder(path, home),
      Error,
      "Path resolves outside home directory",
    );
  }
  await assertRejects(
    () => terminalFolder(join(home, "no"), home),
    Error,
    "Invalid path: No such file or directory (os error 2)",
  );
  await assertRejects(
    () => terminalFolder(join(home, "file"), home),
    Error,
    "it is not a folder",
  );
});
