/**
 * Writes a `.br` and a `.gz` beside every file that is worth it.
 *
 * Done once at build time, at the highest setting, so that the server never
 * compresses. Browsers ask for brotli only over HTTPS or on localhost: the gzip
 * sibling serves the rest of the network.
 */

import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const COMPRESSIBLE = new Set([
  ".css",
  ".html",
  ".ico",
  ".js",
  ".json",
  ".svg",
  ".txt",
  ".webmanifest",
]);

/** Below one packet there is nothing to win. */
const MIN_BYTES = 512;

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** Compresses all files below `folder`. Resolves to how many there are. */
export async function compressAll(folder: string): Promise<number> {
  const names = [...new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })];
  await Promise.all(names.map((name) => compress(join(folder, name))));
  return names.length;
}

async function compress(path: string): Promise<void> {
  if (!COMPRESSIBLE.has(extname(path))) return;
  const plain = await readFile(path);
  if (plain.length < MIN_BYTES) return;
  const [br, gz] = await Promise.all([
    toBrotli(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
    toGzip(plain, { level: 9 }),
  ]);
  if (br.length < plain.length) await writeFile(`${path}.br`, br);
  if (gz.length < plain.length) await writeFile(`${path}.gz`, gz);
}
