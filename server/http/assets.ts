/**
 * The page's files: read when they are first asked for and then kept, answered
 * with the right headers.
 *
 * Knows what was built and what a browser may keep; knows nothing of who may
 * see it. The caller checks credentials first and adds security headers after.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** The whole page is about 1 MB; more means that the wrong folder was found. */
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** First parts of the paths that the page draws itself. */
const PAGE_PREFIXES: ReadonlySet<string> = new Set([
  "",
  "a",
  "inbox",
  "index.html",
  "new",
  "pair",
  "s",
  "settings",
  "t",
  "usage",
]);

/**
 * A file name with the bundler's hash. Agents share the prefix `/a/` with these
 * files, so a script of an older build must not be answered with the page.
 */
const HASHED = /^\/a\/[^/]+-[0-9a-z]{8}\.[0-9a-z]+$/;

const NOT_BUILT = "The page is not built: run scripts/build, then start again";

export type Encoding = "br" | "gzip" | "identity";

interface Variant {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Quoted, strong: one per encoding, as each is another sequence of bytes. */
  readonly etag: string;
}

interface Asset {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly identity: () => Variant;
  readonly br?: () => Variant;
  readonly gzip?: () => Variant;
}

export interface SignInPage {
  readonly html: string;
  /** As a Content-Security-Policy names it: `sha256-…`, without quotes. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

export interface Assets {
  /** Answers for a file that was built, `undefined` if it was not. */
  respond(request: Request): Response | undefined;
  /** Answers with the page itself, or with 503 if there is none. */
  page(request: Request): Response;
  /** The page for those who are not signed in yet. */
  signInPage(): SignInPage;
}

/** Whether the page, once loaded, knows what to show at this path. */
export function isPagePath(pathname: string): boolean {
  const first = pathname.split("/")[1] ?? "";
  return PAGE_PREFIXES.has(first) && !HASHED.test(pathname);
}

/**
 * Looks for everything in `dir`. A missing folder is not an error: the
 * daemon works without a page, and says so to whoever asks for one.
 */
export function loadAssets(dir: string = assetDir()): Assets {
  const files = findAll(dir);
  const index = files.get("/index.html");
  const signIn = files.get("/signin.html");
  // Both have addresses of their own, decided by the caller.
  files.delete("/index.html");
  files.delete("/signin.html");
  const signInPage = once((): SignInPage => {
    const html = signIn
      ? new TextDecoder().decode(signIn.identity().bytes)
      : "";
    return {
      html: html || `<!doctype html><title>Hyper-Pi</title><p>${NOT_BUILT}`,
      scriptHash: hashOf(html, "script"),
      styleHash: hashOf(html, "style"),
    };
  });
  return {
    respond(request) {
      const asset = files.get(new URL(request.url).pathname);
      return asset && answer(request, asset);
    },
    page(request) {
      return index ? answer(request, index) : notBuilt();
    },
    signInPage,
  };
}

/**
 * The best encoding that the client takes and the file has. A refusal by `q=0`
 * counts; finer weights do not, because every browser that takes brotli at all
 * is better off with it.
 */
export function pickEncoding(
  header: string | null,
  has: (encoding: Encoding) => boolean,
): Encoding {
  const accepted = new Map<string, boolean>();
  for (const part of (header ?? "").toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((s) => s.trim());
    const refused = parameters.some((p) => /^q=0(\.0*)?$/.test(p));
    if (name) accepted.set(name, !refused);
  }
  for (const encoding of ["br", "gzip"] as const) {
    const taken = accepted.get(encoding) ?? accepted.get("*") ?? false;
    if (taken && has(encoding)) return encoding;
  }
  return "identity";
}

function answer(request: Request, asset: Asset): Response {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method not allowed\n", {
      status: 405,
      headers: { Allow: "GET, HEAD" },
    });
  }
  const encoding = pickEncoding(
    request.headers.get("Accept-Encoding"),
    (name) => asset[name] !== undefined,
  );
  const { bytes, etag } = (asset[encoding] ?? asset.identity)();
  const headers = new Headers({
    "Cache-Control": asset.cacheControl,
    "Content-Type": asset.contentType,
    ETag: etag,
    Vary: "Accept-Encoding",
  });
  if (matches(request.headers.get("If-None-Match"), etag)) {
    headers.delete("Content-Type");
    return new Response(null, { status: 304, headers });
  }
  if (encoding !== "identity") headers.set("Content-Encoding", encoding);
  headers.set("Content-Length", String(bytes.length));
  const body = request.method === "HEAD" ? null : bytes;
  return new Response(body, { headers });
}

/** Compares weakly, as RFC 9110 asks for `If-None-Match`. */
function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((part) => {
    const tag = part.trim();
    return tag === "*" || tag.replace(/^W\//, "") === etag;
  });
}

function notBuilt(): Response {
  return new Response(`${NOT_BUILT}\n`, {
    status: 503,
    headers: {
      "Cache-Control": "no-store",
      "Content-Type": "text/plain; charset=utf-8",
    },
  });
}

/** In the binary beside the program, from source where the build puts it. */
function assetDir(): string {
  return Bun.isStandaloneExecutable
    ? join(import.meta.dir, "ui")
    : join(import.meta.dir, "../../dist/ui");
}

/**
 * Paths are looked up in this map and never joined to a folder, so there is no
 * path that leaves it.
 */
function findAll(dir: string): Map<string, Asset> {
  const names = list(dir);
  const known = new Set(names);
  const files = new Map<string, Asset>();
  let total = 0;
  function find(name: string, suffix: string): () => Variant {
    const file = join(dir, name + suffix);
    total += statSync(file).size;
    if (total > MAX_TOTAL_BYTES) {
      throw new Error(`Cannot load the page from "${dir}": it is over 32 MiB`);
    }
    return once(() => {
      const bytes = new Uint8Array(readFileSync(file));
      return { bytes, etag: etagOf(bytes, suffix) };
    });
  }
  for (const name of names) {
    if (/\.(br|gz|map)$/.test(name)) continue;
    files.set(`/${name}`, {
      contentType: CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
      cacheControl: name.startsWith("a/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
      identity: find(name, ""),
      ...(known.has(`${name}.br`) ? { br: find(name, ".br") } : {}),
      ...(known.has(`${name}.gz`) ? { gzip: find(name, ".gz") } : {}),
    });
  }
  return files;
}

/** Files below `dir` as `a/index.js`, with `/` on every platform. */
function list(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true })
      .map((name) => String(name).replaceAll("\\", "/"))
      .filter((name) => statSync(join(dir, name)).isFile());
  } catch {
    return []; // Not built: every page answers 503 and says what to do.
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => made ??= make();
}

function etagOf(bytes: Uint8Array, suffix: string): string {
  const hash = createHash("sha256").update(bytes).digest("base64url");
  return `"${hash.slice(0, 22)}${suffix.replace(".", "-")}"`;
}

/** Hash of the one inline element of this name, as the browser computes it. */
function hashOf(html: string, tag: "script" | "style"): string {
  const inside = new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(html)?.[1];
  const hash = createHash("sha256").update(inside ?? "").digest("base64");
  return `sha256-${hash}`;
}
