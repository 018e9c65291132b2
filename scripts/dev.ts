/**
 * The whole system at a developer's desk: the daemon from source, the page
 * built again on every change, and one real pi that talks to a scripted model.
 *
 * All it keeps is below `.tools/dev`, so it never meets a hypivisor that is
 * used for work. The agent is left alone when the daemon restarts, as it is in
 * life. The daemon prints the URL to open.
 */

import { mkdirSync, watch } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "@std/cli/parse-args";
import { buildUi, UI_DIR } from "./build_ui.ts";
import { startDevAgent } from "./dev_agent.ts";
import { DevServer } from "./dev_server.ts";
import { say } from "./say.ts";

const HOME = resolve(".tools/dev");

/** Editors write a file in several steps; one build is enough. */
const SETTLE_MS = 100;

/**
 * Loads the page again when the server has another one. A file and no inline
 * script: the page's security policy holds in development too.
 */
const RELOAD = `let first;
setInterval(async () => {
  const response = await fetch("/", { method: "HEAD", cache: "no-store" })
    .catch(() => undefined);
  const etag = response?.headers.get("ETag");
  if (!etag) return;
  first ??= etag;
  if (etag !== first) location.reload();
}, 500);
`;

const args = parseArgs(process.argv.slice(2), {
  boolean: ["agent"],
  string: ["port"],
  negatable: ["agent"],
  default: { agent: true, port: "31415" },
});
const port = String(args.port);
const env: Record<string, string | undefined> = {
  ...process.env,
  XDG_STATE_HOME: `${HOME}/state`,
  XDG_CONFIG_HOME: `${HOME}/config`,
  HYPIVISOR_WS: `ws://127.0.0.1:${port}/ws`,
};
mkdirSync(HOME, { recursive: true });

await buildPage();
const server = new DevServer(["main.ts", "--port", port], env);
server.restart();
const agent = args.agent ? await startDevAgent(`${HOME}/pi`, env) : undefined;

onChange(["ui"], async () => {
  if (await buildPage()) server.restart();
});
onChange(["main.ts", "server"], () => server.restart());

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    agent?.stop();
    await server.stop();
    process.exit(0);
  });
}

/** Returns false, and says why, if the page cannot be built as it is. */
async function buildPage(): Promise<boolean> {
  const startedAt = performance.now();
  try {
    await buildUi({ fast: true });
    await Bun.write(`${UI_DIR}/dev_reload.js`, RELOAD);
    const index = Bun.file(`${UI_DIR}/index.html`);
    const tag = '<script type="module" src="/dev_reload.js"></script>';
    await Bun.write(index, (await index.text()).replace("</head>", `${tag}$&`));
    say(`Page built in ${Math.round(performance.now() - startedAt)} ms`);
    return true;
  } catch (error) {
    const logs = error instanceof AggregateError ? error.errors : [error];
    for (const log of logs) say(String(log));
    return false;
  }
}

/** Calls `act` once per burst of changes below `paths`; tests do not count. */
function onChange(
  paths: readonly string[],
  act: () => void | Promise<void>,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  for (const path of paths) {
    watch(path, { recursive: true }, (_event, name) => {
      if (name && /(_test\.tsx?|~|\.swp)$/.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(act, SETTLE_MS);
    });
  }
}
