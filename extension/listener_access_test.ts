import { test } from "bun:test";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusalOf, tokenFor } from "./listener_access.ts";

function request(url: string, headers: Record<string, string> = {}) {
  const all = { host: "127.0.0.1:8080", ...headers };
  return { url, headers: all } as unknown as IncomingMessage;
}

test("refusalOf() lets in who has the token, in either place", () => {
  const token = "a+b/c";
  const query = `/?token=${encodeURIComponent(token)}`;
  assertEquals(refusalOf(request(query), token), undefined);
  const bearer = { authorization: `Bearer ${token}` };
  assertEquals(refusalOf(request("/", bearer), token), undefined);
  assertEquals(refusalOf(request("/"), token), 401);
  assertEquals(refusalOf(request("/?token=a"), token), 401);
});

test("refusalOf() keeps pages of other origins out, token or not", () => {
  const url = "/?token=t";
  const same = { origin: "http://127.0.0.1:8080" };
  assertEquals(refusalOf(request(url, same), "t"), undefined);
  for (const origin of ["http://evil.example", "null", "file://"]) {
    assertEquals(refusalOf(request(url, { origin }), "t"), 403, origin);
  }
});

test("tokenFor() makes one token for all who ask at once, for this user only", async () => {
  const state = await mkdtemp(join(tmpdir(), "access-"));
  try {
    const env = { XDG_STATE_HOME: state };
    const made = await Promise.all(
      Array.from({ length: 5 }, () => tokenFor(env, "127.0.0.1")),
    );
    assertEquals(new Set(made).size, 1);
    assertMatch(made[0] ?? "", /^[\w-]{43}$/);
    const file = join(state, "hypivisor", "token");
    assertEquals((await readFile(file, "utf8")).trim(), made[0] ?? "");
    assertEquals((await stat(file)).mode & 0o777, 0o600);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
});

test("tokenFor() wants to be given one beyond this machine", async () => {
  await assertRejects(() => tokenFor({}, "0.0.0.0"), Error, "HYPI_TOKEN");
  assertEquals(await tokenFor({ HYPI_TOKEN: "given" }, "0.0.0.0"), "given");
});

test("refusalOf() refuses a path that is none", () => {
  for (const url of ["//", "http://[", "/?%"]) {
    assertEquals(refusalOf(request(url), "t"), 401, url);
  }
});
