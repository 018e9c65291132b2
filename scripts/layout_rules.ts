/**
 * The house rules that a script can check, as data: who may import whom, which
 * packages belong where, and how large a file may grow.
 *
 * `check_layout.ts` applies them; ARCHITECTURE.md explains them.
 */

/** A part of the tree. The first one whose prefix fits a path owns it. */
export interface Area {
  readonly name: string;
  /** Paths from the root: a folder ends in "/", a file does not. */
  readonly paths: readonly string[];
  /** Names of the areas it may import from, beside itself. */
  readonly may: readonly string[];
  /** Areas it may import types from, and nothing that exists at run time. */
  readonly mayTypes?: readonly string[];
}

const KEEPERS = ["registry", "hub", "store"];
const BASE = ["protocol", "leaf"];

export const AREAS: readonly Area[] = [
  { name: "protocol", paths: ["server/protocol/"], may: [] },
  { name: "registry", paths: ["server/registry/"], may: BASE },
  { name: "hub", paths: ["server/hub/"], may: BASE },
  { name: "store", paths: ["server/store/"], may: BASE },
  { name: "mcp", paths: ["server/mcp/"], may: BASE },
  { name: "runner", paths: ["server/runner/"], may: ["mcp", ...BASE] },
  { name: "children", paths: ["server/children/"], may: BASE },
  {
    name: "rpc",
    paths: ["server/rpc/", "server/rpc.ts"],
    may: ["children", "mcp", ...KEEPERS, ...BASE],
  },
  {
    name: "links",
    paths: ["server/links/"],
    may: ["rpc", "children", ...KEEPERS, ...BASE],
  },
  {
    name: "http",
    paths: ["server/http/"],
    may: ["links", "rpc", "children", "mcp", ...KEEPERS, ...BASE],
  },
  { name: "cli", paths: ["server/cli/"], may: ["mcp", ...BASE] },
  {
    name: "app",
    paths: ["server/app.ts", "server/store_keeper.ts", "server/gauges.ts"],
    may: [
      "http",
      "links",
      "rpc",
      "runner",
      "children",
      "mcp",
      ...KEEPERS,
      ...BASE,
    ],
  },
  { name: "leaf", paths: ["server/"], may: ["protocol"] },

  {
    name: "ui/leaf",
    paths: [
      "ui/words.ts",
      "ui/fuzzy.ts",
      "ui/storage.ts",
      "ui/route.ts",
      "ui/keys.ts",
      "ui/icons/",
    ],
    may: ["protocol"],
  },
  {
    name: "ui/components",
    paths: ["ui/components/"],
    may: ["ui/leaf", "protocol"],
    mayTypes: ["ui/models"],
  },
  {
    name: "ui/models",
    paths: ["ui/models/"],
    may: ["ui/leaf", "ui/link", "protocol"],
    mayTypes: ["ui/transcript"],
  },
  { name: "ui/markdown", paths: ["ui/markdown/"], may: ["protocol"] },
  {
    name: "ui/transcript",
    paths: ["ui/transcript/"],
    may: ["ui/markdown", "ui/models", "ui/leaf", "protocol"],
  },
  {
    name: "ui/screen",
    paths: ["ui/screen/"],
    may: ["ui/leaf", "protocol"],
    mayTypes: ["ui/models"],
  },
  {
    name: "ui/link",
    paths: ["ui/link.ts", "ui/backoff.ts", "ui/rpc.ts"],
    may: ["protocol"],
  },
  {
    name: "ui",
    paths: ["ui/"],
    may: [
      "ui/components",
      "ui/models",
      "ui/transcript",
      "ui/screen",
      "ui/link",
      "ui/leaf",
      "protocol",
    ],
  },
  { name: "extension", paths: ["extension/"], may: ["protocol"] },
  { name: "main", paths: ["main.ts"], may: ["cli", "app", ...BASE] },
];

/** Single imports that the table refuses and that are right all the same. */
export const EXCEPTIONS: readonly { from: string; to: string }[] = [
  { from: "server/cli/serve.ts", to: "app" },
  { from: "server/cli/runner.ts", to: "runner" },
  // The same reader of files, so that what it says is what will happen.
  { from: "server/cli/services/check.ts", to: "runner" },
  { from: "server/cli/doctor/places.ts", to: "store" },
];

/** Packages that only some paths may know. Whatever is not listed is free. */
export const PACKAGES: readonly { name: RegExp; paths: readonly string[] }[] = [
  { name: /^hono(\/|$)/, paths: ["server/http/", "server/app.ts"] },
  { name: /^bun:sqlite$/, paths: ["server/store/"] },
  { name: /^bun:ffi$/, paths: ["server/runner/libc.ts"] },
  { name: /^@xterm\/headless$/, paths: ["server/runner/", "tests/"] },
  {
    // Both screens count the same cells, the runner's and the browser's.
    name: /^@xterm\/addon-unicode11$/,
    paths: ["server/runner/", "ui/screen/", "tests/"],
  },
  {
    name: /^@bgotink\/kdl(\/|$)/,
    paths: [
      "server/runner/services/config/document.ts",
      "server/mcp/import_xy.ts",
    ],
  },
  { name: /^(jsonc-parser|yaml)$/, paths: ["server/mcp/"] },
  { name: /^(preact|@preact\/.+|marked)(\/|$)/, paths: ["ui/"] },
  {
    name: /^@xterm\/(xterm|addon-(?!unicode11$).+)$/,
    paths: ["ui/screen/", "tests/"],
  },
  { name: /^bun:test$/, paths: ["tests/"] },
  { name: /^@std\/assert$/, paths: ["tests/"] },
];

/** Where there are no packages at all: types for every side of the wire. */
export const NO_PACKAGES: readonly string[] = ["server/protocol/"];

/** Files that pi, Bun or a worker loads by their default export. */
export const DEFAULT_EXPORTS: readonly string[] = ["extension/index.ts"];

/** The one place for an `index.ts`: its name is the package's entry. */
export const INDEX_FILES: readonly string[] = ["extension/index.ts"];

export const MAX_LINES = 300;
export const MAX_TEST_LINES = 400;

/** What a longer file says in its header, followed by the reason. */
export const LONGER = "Longer than 300 lines because";
