/**
 * Builds `dist/hypivisor` for this machine: first the page, then the binary
 * that holds it. Run by `scripts/build`.
 */

import { buildBinary } from "./build_binary.ts";
import { buildUi, reportInitial } from "./build_ui.ts";
import { say } from "./say.ts";

const startedAt = performance.now();
const outfile = process.platform === "win32"
  ? "dist/hypivisor.exe"
  : "dist/hypivisor";

reportInitial(await buildUi());
await buildBinary(outfile);

const { size } = Bun.file(outfile);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
say(`${outfile}: ${(size / 1e6).toFixed(1)} MB in ${seconds} s`);
