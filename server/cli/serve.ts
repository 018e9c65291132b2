/**
 * `hypivisor` without a command: the daemon, in the foreground.
 *
 * Turns flags into a config, starts, tells on stderr how to get in, waits for
 * a signal, and maps what went wrong to an exit code.
 */

import { parseArgs } from "@std/cli/parse-args";
import { startDaemon } from "../app.ts";
import { COMMIT, VERSION } from "../build_info.ts";
import {
  type Config,
  DEFAULT_PORT,
  type Flags,
  readConfig,
} from "../config.ts";
import { HypivisorError } from "../errors.ts";
import { findPortHolder } from "../port_holder.ts";
import { setLogLevel } from "../log.ts";
import { EXIT, print, warn } from "./output.ts";

const USAGE = `hypivisor ${VERSION} - every running pi in one live page

Usage: hypivisor [options]

Run it, open the address it prints, and type "pi" in any folder. Agents appear
by themselves once pi has the extension: pi install npm:pi-socket

Options:
  -p, --port N           Port to listen on (${DEFAULT_PORT}; 0 chooses a free one)
      --host ADDRESS     Address to listen on (127.0.0.1)
  -t, --node-ttl S       Seconds an offline agent stays listed for clients of
                         the original (30). The page keeps showing it
      --data-dir DIR     Where the token and the database are
                         ($XDG_STATE_HOME/hypivisor)
      --no-store         Keep nothing on disk but the token
      --token-file FILE  Read the token from FILE instead of making one
      --no-auth          Let every program on this machine in (loopback only)
      --allow-origin URL Let pages of this origin connect (repeatable)
      --allow-host NAME  Answer to this Host name (repeatable)
      --no-terminals     Open no terminals and start no agents
      --max-terminals N  How many terminals may run at once (64)
      --log-level LEVEL  debug, info, warn or error (info)
      --version          Print version and commit
  -h, --help             Print this

Environment:
  HYPI_TOKEN             The token, instead of one that is made and kept
  HYPI_LOG               The log level, where --log-level is not given
`;

const BOOLEAN = ["help", "version", "store", "auth", "terminals"];
const SINGLE = [
  "port",
  "host",
  "node-ttl",
  "data-dir",
  "token-file",
  "log-level",
  "max-terminals",
];
const REPEATED = ["allow-origin", "allow-host"];

/** Resolves to the process's exit code once the daemon has stopped. */
export async function serve(args: readonly string[]): Promise<number> {
  let config: Config;
  try {
    const flags = readFlags(args);
    if (flags === "help") return print(USAGE);
    if (flags === "version") return print(`hypivisor ${VERSION} (${COMMIT})\n`);
    config = readConfig(flags, process.env);
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    warn(`hypivisor: ${thrown.message}. See hypivisor --help`);
    return EXIT.usage;
  }
  setLogLevel(config.logLevel);
  return await runUntilSignal(config);
}

async function runUntilSignal(config: Config): Promise<number> {
  // What the daemon starts must not inherit what was meant for Bun itself.
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("BUN_")) delete process.env[name];
  }
  try {
    const daemon = startDaemon(config);
    warn(`Page: ${daemon.signInUrl}`);
    warn("Hypivisor online");
    await Promise.race([signal(), daemon.asked]);
    await daemon.close();
    return EXIT.ok;
  } catch (thrown) {
    warn(`hypivisor: ${explain(thrown, config)}`);
    return EXIT.failed;
  }
}

/** Resolves at the first request to stop; a second one stops at once. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      let isAgain = false;
      process.on(name, () => {
        if (isAgain) process.exit(EXIT.failed);
        isAgain = true;
        resolve();
      });
    }
  });
}

function explain(thrown: unknown, { host, port }: Config): string {
  if (thrown instanceof HypivisorError) return thrown.message;
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const holder = findPortHolder(port);
    const who = holder
      ? ` "${holder.name}" (pid ${holder.pid}) is using it. Stop it with "kill ${holder.pid}"`
      : " another program is using it. Stop that";
    return `Cannot listen on port ${port}:${who}, or choose another port with --port`;
  }
  if (code === "EACCES") {
    return `Cannot listen on port ${port}: not allowed. Choose one above 1023 with --port`;
  }
  if (code === "EADDRNOTAVAIL" || /listen/i.test(message)) {
    return `Cannot listen on "${host}" port ${port}: ${message}`;
  }
  return message;
}

type Parsed = Readonly<Record<string, unknown>>;

function readFlags(args: readonly string[]): Flags | "help" | "version" {
  const parsed: Parsed = parseArgs(args, {
    boolean: BOOLEAN,
    string: [...SINGLE, ...REPEATED],
    // All of them, so that the same one twice is noticed.
    collect: [...SINGLE, ...REPEATED],
    negatable: ["store", "auth", "terminals"],
    default: { store: true, auth: true, terminals: true },
    alias: { p: "port", t: "node-ttl", h: "help" },
    unknown: (arg) => bad(`Unknown option or argument "${arg}"`),
  });
  // What stands behind "--" is passed over by the parser.
  const [extra] = parsed._ as unknown[];
  if (extra !== undefined) bad(`Unknown option or argument "${extra}"`);
  if (parsed.help) return "help";
  if (parsed.version) return "version";
  const flags: Record<string, unknown> = { ...parsed };
  for (const name of SINGLE) {
    const [value, ...more] = parsed[name] as string[];
    if (more.length > 0) bad(`Option --${name} is given more than once`);
    if (value === "") bad(`Option --${name} needs a value`);
    if (value === undefined) delete flags[name];
    else flags[name] = value;
  }
  return flags as unknown as Flags;
}

function bad(message: string): never {
  throw new HypivisorError("bad_request", message);
}
