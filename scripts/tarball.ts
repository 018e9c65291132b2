/** Reads the names and texts in a `.tgz`, as much of tar as npm writes. */

import { gunzipSync } from "node:zlib";

const BLOCK = 512;

/** Returns each file's bytes by its path, such as "package/package.json". */
export function readTarball(bytes: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(bytes);
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + BLOCK <= tar.length && tar[at] !== 0) {
    const name = text(tar, at, 100);
    const prefix = text(tar, at + 345, 155);
    const size = parseInt(text(tar, at + 124, 12), 8) || 0;
    const type = text(tar, at + 156, 1);
    const start = at + BLOCK;
    if (type === "0" || type === "") {
      const path = prefix ? `${prefix}/${name}` : name;
      files.set(path, tar.subarray(start, start + size));
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = new TextDecoder().decode(bytes.subarray(at, at + length));
  return field.replace(/\0.*$/s, "").trim();
}
