import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { afterAll, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPagePath, loadAssets, pickEncoding } from "./assets.ts";

const dir = mkdtempSync(join(tmpdir(), "assets-"));
afterAll(() => rmSync(dir, { recursive: true }));
mkdirSync(join(dir, "a"));
for (
  const [name, text] of [
    ["index.html", "<!doctype html><title>page</title>"],
    ["signin.html", "<style>b{}</style><script type=module>f()</script>"],
    ["a/index-0123abcd.js", "plain script"],
    ["a/index-0123abcd.js.br", "brotli script"],
    ["a/index-0123abcd.js.gz", "gzip script"],
    ["manifest.webmanifest", "{}"],
  ] as const
) writeFileSync(join(dir, name), text);

const assets = loadAssets(dir);

function request(path: string, init?: RequestInit): Request {
  return new Request(`http://127.0.0.1:31415${path}`, init);
}

function get(path: string, headers: Record<string, string> = {}) {
  return assets.respond(request(path, { headers }));
}

const SCRIPT = "/a/index-0123abcd.js";

test("Assets.respond() sends a hashed file for ever, in brotli if it may", async () => {
  const response = get(SCRIPT, { "Accept-Encoding": "gzip, deflate, br" });

  assertEquals(response?.status, 200);
  assertEquals(await response?.text(), "brotli script");
  assertEquals(Object.fromEntries(response?.headers ?? []), {
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "br",
    "content-length": "13",
    "content-type": "text/javascript; charset=utf-8",
    "etag": response?.headers.get("ETag") ?? "",
    "vary": "Accept-Encoding",
  });
  assertMatch(response?.headers.get("ETag") ?? "", /^"[\w-]{22}-br"$/);
});

test("Assets.respond() falls back to gzip and to the plain file", async () => {
  const gzip = get(SCRIPT, { "Accept-Encoding": "gzip" });
  const plain = get(SCRIPT);

  assertEquals(await gzip?.text(), "gzip script");
  assertEquals(gzip?.headers.get("Content-Encoding"), "gzip");
  assertEquals(await plain?.text(), "plain script");
  assertEquals(plain?.headers.get("Content-Encoding"), null);
  assertNotEquals(gzip?.headers.get("ETag"), plain?.headers.get("ETag"));
});

test("Assets.respond() answers 304 to the ETag it gave, and only to that", () => {
  const etag = get(SCRIPT)?.headers.get("ETag") ?? "";
  const same = get(SCRIPT, { "If-None-Match": `"x", W/${etag}` });
  const other = get(SCRIPT, {
    "Accept-Encoding": "br",
    "If-None-Match": etag,
  });

  assertEquals(same?.status, 304);
  assertEquals(same?.headers.get("ETag"), etag);
  assertEquals(other?.status, 200);
});

test("Assets.respond() knows only files that were built", () => {
  for (
    const path of [
      "/nothing.js",
      "/a/",
      "/a/../../../etc/passwd",
      "/a/..%2f..%2fetc%2fpasswd",
      "/a/index-0123abcd.js.br",
      "/index.html",
      "/signin.html",
      "/__proto__",
    ]
  ) assertEquals(get(path), undefined, path);
});

test("Assets.respond() answers HEAD without a body and refuses POST", async () => {
  const head = assets.respond(request(SCRIPT, { method: "HEAD" }));
  const post = assets.respond(request(SCRIPT, { method: "POST" }));

  assertEquals(await head?.text(), "");
  assertEquals(head?.headers.get("Content-Length"), "12");
  assertEquals(post?.status, 405);
  assertEquals(post?.headers.get("Allow"), "GET, HEAD");
});

test("Assets.page() is never kept without asking", async () => {
  const page = assets.page(request("/a/k3f9"));

  assertEquals(await page.text(), "<!doctype html><title>page</title>");
  assertEquals(page.headers.get("Cache-Control"), "no-cache");
  assertEquals(page.headers.get("Content-Type"), "text/html; charset=utf-8");
});

test("Assets.page() says what to do where nothing was built", async () => {
  const page = loadAssets(join(dir, "missing")).page(request("/"));

  assertEquals(page.status, 503);
  assertMatch(await page.text(), /run scripts\/build/);
});

test("Assets.signInPage() names its script and style by hash", () => {
  assertEquals(assets.signInPage(), {
    html: "<style>b{}</style><script type=module>f()</script>",
    scriptHash: "sha256-GcEEE0IkDzIP5EQ6DXZaDPORqT5RTBELX8Fyzyg9yvo=",
    styleHash: "sha256-7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans=",
  });
});

test("isPagePath() tells a view's path from a script of an older build", () => {
  const yes = ["/", "/a/k3f9", "/a/k3f9/tree", "/settings/keys", "/t/1"];
  const no = ["/a/index-00ff00ff.js", "/api/nodes", "/ws", "/x", "/__proto__"];

  assertEquals(yes.filter((path) => !isPagePath(path)), []);
  assertEquals(no.filter(isPagePath), []);
});

test("pickEncoding() honours a refusal and never picks what is missing", () => {
  const all = () => true;

  assertEquals(pickEncoding("br;q=0, gzip", all), "gzip");
  assertEquals(pickEncoding("*", all), "br");
  assertEquals(pickEncoding("*;q=0", all), "identity");
  assertEquals(pickEncoding("BR", all), "br");
  assertEquals(pickEncoding("br", (name) => name === "gzip"), "identity");
  assertEquals(pickEncoding(null, all), "identity");
});
