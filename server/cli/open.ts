/** `hypivisor open`: the page, signed in. */

import type { Command } from "./command.ts";
import { connect, type Reached } from "./connect.ts";
import { HypivisorError } from "../errors.ts";
import { EXIT, print, printJson, warn } from "./output.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";

export const open: Command = {
  name: "open",
  usage: "",
  summary: "Open the page in a browser, signed in",
  about:
    `Prints the page's address with a code that signs a browser in: once, and for
ten minutes. Opens it where there is a browser; $BROWSER chooses which.`,
  options: [
    { kind: "flag", name: "print", summary: "Only print the address" },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 0, max: 0 },
  async run(args) {
    using reached = await connect(args, { mayStart: true });
    const url = await signInUrl(reached);
    if (args.flag("json")) return printJson({ url });
    print(`${url}\n`);
    if (args.flag("print")) return EXIT.ok;
    const browser = browserCommand(process.env, process.platform);
    if (!browser) {
      warn("No browser is known here: open the address where there is one");
      return EXIT.ok;
    }
    return launch([...browser, url]);
  },
};

async function signInUrl({ connection, rpc }: Reached): Promise<string> {
  const { target } = connection;
  const base = target.kind === "url"
    ? target.url
    : (await rpc.call("daemon", {})).url.replace(/\/+$/, "");
  const response = await connection.fetch("/api/session/code", {
    method: "POST",
  });
  if (!response.ok) {
    throw new HypivisorError(
      "unavailable",
      `Cannot get a code from ${connection.name}: it answers ${response.status}`,
    );
  }
  const { code } = await response.json() as { code: string };
  return `${base}/#code=${code}`;
}

/** How a browser is opened here; undefined if there is no screen for one. */
export function browserCommand(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string[] | undefined {
  if (env.BROWSER) return [env.BROWSER];
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["cmd", "/c", "start", ""];
  if (env.WSL_DISTRO_NAME && Bun.which("wslview")) return ["wslview"];
  const hasScreen = env.DISPLAY || env.WAYLAND_DISPLAY;
  return hasScreen && Bun.which("xdg-open") ? ["xdg-open"] : undefined;
}

/** The browser goes on by itself; only a start that fails is news. */
function launch(command: readonly string[]): number {
  try {
    Bun.spawn([...command], {
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    }).unref();
    return EXIT.ok;
  } catch (thrown) {
    warn(`Cannot open a browser: ${(thrown as Error).message}`);
    return EXIT.failed;
  }
}
