/**
 * Which build this is. `scripts/build.ts` defines both at build time; run from
 * source they come from `package.json` and are "dev".
 */

import manifest from "../package.json" with { type: "json" };

declare const HYPIVISOR_VERSION: string | undefined;
declare const HYPIVISOR_COMMIT: string | undefined;

/** Version of the program, as `package.json` has it. */
export const VERSION: string = typeof HYPIVISOR_VERSION === "string"
  ? HYPIVISOR_VERSION
  : manifest.version;

/** Short commit the binary was built from, "+" added if there were changes. */
export const COMMIT: string = typeof HYPIVISOR_COMMIT === "string"
  ? HYPIVISOR_COMMIT
  : "dev";
