/**
 * Builds the page into `dist/ui`: what the binary embeds and the server sends.
 *
 * Knows how Bun's bundler is to be called and what may not be shipped; knows
 * nothing of the binary. `build.ts`, `dev.ts` and `release.ts` call it.
 */

import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { compressAll } from "./compress.ts";
import { say } from "./say.ts";

export const UI_DIR = "dist/ui";

/** Where source maps go: kept for reading stack traces, never shipped. */
const MAPS_DIR = "dist/maps";

/** A phone on a slow link waits for this before it sees anything. */
const MAX_INITIAL_GZIP_BYTES = 100_000;

export interface UiBuild {
  /** Script the page needs before it draws, lazy chunks left out. */
  readonly initialGzipBytes: number;
  readonly files: number;
}

export interface UiOptions {
  /** Leaves names readable and skips compression: for development. */
  readonly fast?: boolean;
}

/** What of Bun's metafile is read here. */
interface Metafile {
  outputs: Record<string, {
    entryPoint?: string;
    imports: { path: string; kind: string }[];
  }>;
}

/**
 * Builds the whole page. The finished folder replaces the last one in one
 * step, so a server that reads it meanwhile finds one build or the other.
 */
export async function buildUi(options: UiOptions = {}): Promise<UiBuild> {
  const next = `${UI_DIR}.next`;
  await rm(next, { recursive: true, force: true });
  await rm(MAPS_DIR, { recursive: true, force: true });
  await mkdir(next, { recursive: true });

  const define = await buildWorkers(next, options);
  const page = await bundle(["ui/index.html"], next, options, define);
  await writeSignIn(next);
  if (existsSync("ui/sw.ts")) await bundle(["ui/sw.ts"], next, options, {});
  if (existsSync("ui/public")) await cp("ui/public", next, { recursive: true });

  const initialGzipBytes = await measureInitial(next, page.metafile);
  const files = options.fast ? 0 : await compressAll(next);
  await rm(UI_DIR, { recursive: true, force: true });
  await rename(next, UI_DIR);
  return { initialGzipBytes, files };
}

/** Says what the page costs; @throws if that is over the limit. */
export function reportInitial(build: UiBuild): void {
  const size = `${(build.initialGzipBytes / 1000).toFixed(1)} kB gzip`;
  if (build.initialGzipBytes > MAX_INITIAL_GZIP_BYTES) {
    throw new Error(
      `Cannot ship an initial script of ${size}: the limit is ` +
        `${MAX_INITIAL_GZIP_BYTES / 1000} kB; load something later`,
    );
  }
  say(`Page: initial script ${size}, ${build.files} files`);
}

/**
 * Builds every `*_worker.ts` of the page as a file of its own.
 *
 * The bundler leaves `new Worker(new URL(…))` as it is (seen in Bun 1.4.5), so
 * the page learns each hashed name by a constant: `highlight_worker.ts` is
 * loaded from `HIGHLIGHT_WORKER_URL`.
 */
async function buildWorkers(
  outdir: string,
  options: UiOptions,
): Promise<Record<string, string>> {
  const define: Record<string, string> = {};
  for (const path of new Bun.Glob("ui/**/*_worker.ts").scanSync(".")) {
    const { paths } = await bundle([path], outdir, options, {});
    const stem = basename(path, ".ts");
    const built = paths.find((name) => basename(name).startsWith(`${stem}-`));
    define[`${stem.toUpperCase()}_URL`] = JSON.stringify(`/${built}`);
  }
  return define;
}

interface Bundle {
  readonly paths: readonly string[];
  readonly metafile: Metafile;
}

async function bundle(
  entrypoints: string[],
  outdir: string,
  options: UiOptions,
  define: Record<string, string>,
): Promise<Bundle> {
  const hashed = "a/[name]-[hash].[ext]";
  const stable = entrypoints.every((path) => !path.endsWith("_worker.ts"));
  const built = await Bun.build({
    entrypoints,
    target: "browser",
    format: "esm",
    // Without it a deep link such as /a/k3f9 would load /a/a/index-….js.
    publicPath: "/",
    // What is in ui/public/ is named from the root and is not bundled.
    external: ["/*"],
    splitting: true,
    minify: !options.fast,
    sourcemap: options.fast ? "inline" : "external",
    metafile: true,
    naming: {
      entry: stable ? "[name].[ext]" : hashed,
      chunk: hashed,
      asset: hashed,
    },
    // Without it JSX is compiled to its development form, which is larger.
    define: { "process.env.NODE_ENV": '"production"', ...define },
  });
  const paths: string[] = [];
  for (const output of built.outputs) {
    const path = output.path.replace(/^\.\//, "");
    const folder = output.kind === "sourcemap" ? MAPS_DIR : outdir;
    await Bun.write(join(folder, path), output);
    if (output.kind !== "sourcemap") paths.push(path);
  }
  return { paths, metafile: built.metafile as unknown as Metafile };
}

/**
 * Writes the sign-in page as one file: the only page a stranger is sent, so it
 * loads nothing else, and its one style and one script can be named by hash.
 */
async function writeSignIn(outdir: string): Promise<void> {
  const source = "ui/signin/signin.html";
  const built = await Bun.build({
    entrypoints: [source],
    target: "browser",
    compile: true,
    minify: true,
  });
  const html = await built.outputs[0]?.text() ?? "";
  for (const tag of ["style", "script"]) {
    const count = html.split(`<${tag}`).length - 1;
    if (count === 1) continue;
    throw new Error(
      `Cannot use ${source}: it has ${count} <${tag}> elements, must be 1`,
    );
  }
  if (/<(?:script|link|img)[^>]+(?:src|href)=["']?(?!data:)/.test(html)) {
    throw new Error(`Cannot use ${source}: it loads another file`);
  }
  await Bun.write(join(outdir, "signin.html"), html);
}

/** Adds up the page's script and all it imports at once, compressed. */
async function measureInitial(
  outdir: string,
  { outputs }: Metafile,
): Promise<number> {
  const start = Object.entries(outputs).find(([path, output]) =>
    path.endsWith(".js") && output.entryPoint === "ui/index.html"
  );
  if (!start) throw new Error("Cannot find the script of ui/index.html");
  const seen = new Set([start[0]]);
  for (const path of seen) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind !== "import-statement") continue;
      const found = next in outputs ? next : join(dirname(path), next);
      if (outputs[found]) seen.add(found);
    }
  }
  let bytes = 0;
  for (const path of seen) {
    bytes += gzipSync(await Bun.file(join(outdir, path)).bytes()).length;
  }
  return bytes;
}
