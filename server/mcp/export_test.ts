import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HypivisorError } from "../errors.ts";
import {
  EXPORT_CLIENTS,
  type ExportClient,
  type ExportClientId,
  type ExportTarget,
} from "./export_clients.ts";
import { readConfig, valueAt } from "./export_edit.ts";
import type { ExportRequest } from "./export_open.ts";
import { removeExport } from "./export_remove.ts";
import { printExport, writeExport } from "./export.ts";

const GITHUB: ExportTarget = {
  name: "github",
  url: "http://127.0.0.1:8421/mcp",
  command: ["/bin/hypivisor", "mcp", "connect", "github"],
};
const FILES: ExportTarget = {
  name: "my_files",
  url: "http://127.0.0.1:31415/mcp/my_files",
  headers: { Authorization: "Bearer s3cret" },
  command: ["/bin/hypivisor", "mcp", "connect", "my_files"],
};

/** A home of its own, gone with the test. */
function makeHome() {
  const home = mkdtempSync(join(tmpdir(), "hypi-export-"));
  const place = {
    home,
    platform: "linux" as NodeJS.Platform,
    env: {},
    project: join(home, "work"),
  };
  const options = { recordFile: join(home, "state", "exports.json") };
  const request = (
    client: ExportClientId,
    ...targets: ExportTarget[]
  ): ExportRequest => ({ client, scope: "user", place, targets });
  const file = (client: ExportClientId, text?: string) => {
    const path = (EXPORT_CLIENTS[client] as ExportClient).user(place)[0]!;
    if (text !== undefined) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return path;
  };
  return {
    home,
    place,
    options,
    request,
    file,
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
}

/** What each client's file holds of a service without a credential. */
const EXPECTED: Readonly<Record<ExportClientId, readonly [string, unknown]>> = {
  "claude-code": [".claude.json", { type: "http", url: GITHUB.url }],
  "claude-desktop": [".config/Claude/claude_desktop_config.json", {
    command: "/bin/hypivisor",
    args: ["mcp", "connect", "github"],
  }],
  cursor: [".cursor/mcp.json", { type: "http", url: GITHUB.url }],
  vscode: [".config/Code/User/mcp.json", { type: "http", url: GITHUB.url }],
  codex: [".codex/config.toml", { url: GITHUB.url }],
  gemini: [".gemini/settings.json", { httpUrl: GITHUB.url }],
  windsurf: [".codeium/windsurf/mcp_config.json", {
    type: "http",
    serverUrl: GITHUB.url,
  }],
  zed: [".config/zed/settings.json", { url: GITHUB.url }],
  opencode: [".config/opencode/opencode.json", {
    type: "remote",
    url: GITHUB.url,
    enabled: true,
  }],
  goose: [".config/goose/config.yaml", {
    enabled: true,
    type: "streamable_http",
    name: "github",
    description: "",
    uri: GITHUB.url,
    envs: {},
    env_keys: [],
    timeout: 300,
  }],
  copilot: [".copilot/mcp-config.json", {
    type: "http",
    url: GITHUB.url,
    tools: ["*"],
  }],
  pi: [".pi/agent/mcp.json", { url: GITHUB.url }],
};

const CLIENTS = Object.keys(EXPORT_CLIENTS) as ExportClientId[];

for (const id of CLIENTS) {
  const client: ExportClient = EXPORT_CLIENTS[id];

  test(`export ${id} writes what it reads, and takes all of it back`, () => {
    using home = makeHome();
    const [path, entry] = EXPECTED[id];
    const file = join(home.home, path);

    const printed = printExport(home.request(id, GITHUB));
    assertEquals(printed.file, file);
    assertEquals(existsSync(file), false);
    const report = writeExport(home.request(id, GITHUB, FILES), home.options);
    assertEquals(report.changes.map(({ what }) => what), ["added", "added"]);
    const config = readConfig(client.format, readFileSync(file, "utf8"));
    const keys = client.keys({});
    assertEquals(valueAt(config, [...keys, "github"]), entry);
    const shown = readConfig(client.format, printed.text);
    assertEquals(valueAt(shown, [...keys, "github"]), entry);
    const holdsToken = readFileSync(file, "utf8").includes("s3cret");
    assertEquals(holdsToken, id !== "claude-desktop");
    assertEquals(statSync(file).mode & 0o777, holdsToken ? 0o600 : 0o644);

    const again = writeExport(home.request(id, GITHUB), home.options);
    assertEquals(again.changes, [{ name: "github", what: "unchanged" }]);
    removeExport(home.request(id, FILES), home.options);
    assertEquals(existsSync(file), true);
    removeExport(home.request(id, GITHUB), home.options);
    assertEquals(existsSync(file), false);
  });
}

const JSONC = `// mine
{
  "theme": "dark", /* always */
  "mcpServers": {
    "other": { "command": "x" }, // keep
  },
}
`;

test("an export keeps what is there, and a removal gives back every byte", () => {
  using home = makeHome();
  const file = home.file("cursor", JSONC);
  chmodSync(file, 0o640);

  const report = writeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(report.backup, `${file}.before-hypivisor`);
  assertEquals(readFileSync(report.backup!, "utf8"), JSONC);
  const text = readFileSync(file, "utf8");
  assertEquals(
    text.replace(/ {4}"github": \{[^}]*\},\n/, ""),
    JSONC,
  );
  assertEquals(statSync(file).mode & 0o777, 0o640);

  const removed = removeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(removed.changes, [{ name: "github", what: "removed" }]);
  assertEquals(readFileSync(file, "utf8"), JSONC);
  assertEquals(statSync(file).mode & 0o777, 0o640);
  assertEquals(readdirSync(dirname(file)), ["mcp.json"]);
});

test("what others write between export and removal is kept", () => {
  using home = makeHome();
  const file = home.file("cursor", JSONC);
  writeExport(home.request("cursor", GITHUB), home.options);
  const edited = readFileSync(file, "utf8").replace("dark", "light");
  writeFileSync(file, edited);

  removeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(readFileSync(file, "utf8"), JSONC.replace("dark", "light"));
  assertEquals(
    readFileSync(`${file}.before-hypivisor`, "utf8"),
    JSONC,
  );

  // The next round backs up anew, and never restores the older copy.
  writeExport(home.request("cursor", GITHUB), home.options);
  removeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(readFileSync(file, "utf8"), JSONC.replace("dark", "light"));
});

test("an entry of somebody else's is left, and given back if it was forced", () => {
  using home = makeHome();
  const before = '{"mcpServers":{"github":{"command":"mine"}},"a":1}';
  const file = home.file("pi", before);

  const report = writeExport(home.request("pi", GITHUB), home.options);
  assertEquals(report.changes, [{
    name: "github",
    what: "left",
    why: "it was not exported from here",
  }]);
  assertEquals(readFileSync(file, "utf8"), before);
  assertEquals(
    removeExport(home.request("pi", GITHUB), home.options).changes[0]?.what,
    "left",
  );

  const forced = writeExport(home.request("pi", GITHUB), {
    ...home.options,
    force: true,
  });
  assertEquals(forced.changes[0]?.what, "updated");
  // Somebody else writes, so that the file cannot simply be put back.
  writeFileSync(file, readFileSync(file, "utf8").replace('"a":1', '"a":2'));
  const removed = removeExport(home.request("pi", GITHUB), home.options);
  assertEquals(removed.changes, [{ name: "github", what: "restored" }]);
  assertEquals(JSON.parse(readFileSync(file, "utf8")), {
    mcpServers: { github: { command: "mine" } },
    a: 2,
  });
});

test("an entry of ours follows the service, unless it was changed by hand", () => {
  using home = makeHome();
  const file = home.file("pi");
  writeExport(home.request("pi", GITHUB), home.options);
  const moved = { ...GITHUB, url: "http://127.0.0.1:9/mcp" };
  assertEquals(
    writeExport(home.request("pi", moved), home.options).changes[0]?.what,
    "updated",
  );
  assertMatch(readFileSync(file, "utf8"), /:9\/mcp/);

  writeFileSync(file, readFileSync(file, "utf8").replace(":9/", ":10/"));
  for (const change of [writeExport, removeExport]) {
    const [left] = change(home.request("pi", GITHUB), home.options).changes;
    assertEquals(left?.what, "left");
    assertEquals(left?.why, "it was changed since it was exported");
  }
  const forced = removeExport(home.request("pi", GITHUB), {
    ...home.options,
    force: true,
  });
  assertEquals(forced.changes[0]?.what, "removed");
});

test("a removal without a record takes what is to the letter ours", () => {
  using home = makeHome();
  const file = home.file("cursor", JSONC);
  writeExport(home.request("cursor", GITHUB), home.options);
  writeFileSync(home.options.recordFile, "{ broken");
  const removed = removeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(removed.changes[0]?.what, "removed");
  assertEquals(readFileSync(file, "utf8"), JSONC);
});

test("a config behind a link is edited where it is", () => {
  using home = makeHome();
  const real = join(home.home, "dotfiles", "mcp.json");
  mkdirSync(dirname(real));
  writeFileSync(real, "{}\n");
  const link = home.file("cursor");
  mkdirSync(dirname(link));
  symlinkSync(real, link);

  writeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(lstatSync(link).isSymbolicLink(), true);
  assertMatch(readFileSync(real, "utf8"), /github/);
  removeExport(home.request("cursor", GITHUB), home.options);
  assertEquals(readFileSync(real, "utf8"), "{}\n");
});

test("a config with a byte order mark and Windows line ends keeps them", () => {
  using home = makeHome();
  const text = '\ufeff{\r\n  "servers": {}\r\n}\r\n';
  const file = home.file("vscode", text);
  writeExport(home.request("vscode", GITHUB), home.options);
  const written = readFileSync(file, "utf8");
  assert(written.startsWith("\ufeff{\r\n"));
  assertEquals(/[^\r]\n/.test(written), false);
  removeExport(home.request("vscode", GITHUB), home.options);
  assertEquals(readFileSync(file, "utf8"), text);
});

test("a config that cannot be edited safely is not touched", () => {
  using home = makeHome();
  for (
    const [client, text, why] of [
      ["pi", '{"mcpServers": [', "line 1, column 17"],
      ["pi", '{"mcpServers": [1]}', '"mcpServers" holds something else'],
      ["pi", "[]", "it holds no object"],
      ["codex", "a = tru", "tru"],
      ["codex", "mcp_servers = { x = { url = 'u' } }\n", "Cannot edit"],
      ["goose", "extensions: {x: 1}\n", "is written on one line"],
      ["pi", "\xff\xfe", "not UTF-8"],
    ] as const
  ) {
    const file = home.file(client, text);
    if (text.includes("\xff")) writeFileSync(file, text, "latin1");
    const before = readFileSync(file);
    assertThrows(
      () => writeExport(home.request(client, GITHUB), home.options),
      HypivisorError,
      why,
    );
    assertEquals(readFileSync(file), before);
    assertEquals(existsSync(`${file}.before-hypivisor`), false);
  }
  mkdirSync(home.file("cursor"), { recursive: true });
  assertThrows(
    () => writeExport(home.request("cursor", GITHUB), home.options),
    HypivisorError,
    "it is not a file",
  );
});

test("an export to a project goes into it, with a word on the token", () => {
  using home = makeHome();
  const request = { ...home.request("pi", FILES), scope: "project" as const };
  const report = writeExport(request, home.options);
  assertEquals(report.file, join(home.place.project, ".pi", "mcp.json"));
  assertMatch(report.warnings.join(), /do not commit it/);
  const wrong = {
    ...home.request("windsurf", GITHUB),
    scope: "project" as const,
  };
  assertThrows(
    () => writeExport(wrong, home.options),
    HypivisorError,
    "Cannot export to a project: Windsurf has no such config",
  );
});

test("the environment moves a client's config", () => {
  using home = makeHome();
  const at = (id: ExportClientId, env: Record<string, string>) =>
    (EXPORT_CLIENTS[id] as ExportClient).user({ ...home.place, env })[0];
  assertEquals(at("codex", { CODEX_HOME: "/c" }), "/c/config.toml");
  assertEquals(at("pi", { PI_CODING_AGENT_DIR: "/p" }), "/p/mcp.json");
  assertEquals(
    at("claude-code", { CLAUDE_CONFIG_DIR: "/c" }),
    "/c/.claude.json",
  );
  assertEquals(at("goose", { XDG_CONFIG_HOME: "/x" }), "/x/goose/config.yaml");
  const mac = { ...home.place, platform: "darwin" as const };
  assertEquals(
    EXPORT_CLIENTS.vscode.user(mac)[0],
    join(home.home, "Library/Application Support/Code/User/mcp.json"),
  );
});

test("OpenCode's second form is used where a config has it", () => {
  using home = makeHome();
  const text = '{\n  "mcp": {\n    "servers": {}\n  }\n}\n';
  const file = home.file("opencode", text);
  writeExport(home.request("opencode", GITHUB), home.options);
  assertEquals(JSON.parse(readFileSync(file, "utf8")), {
    mcp: { servers: { github: { type: "remote", url: GITHUB.url } } },
  });
  removeExport(home.request("opencode", GITHUB), home.options);
  assertEquals(readFileSync(file, "utf8"), text);
});

test("a name that no service can have is refused", () => {
  using home = makeHome();
  for (const name of ["__proto__", "../x", "", "A"]) {
    assertThrows(
      () => printExport(home.request("pi", { ...GITHUB, name })),
      HypivisorError,
    );
  }
});
