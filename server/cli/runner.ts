/**
 * `hypivisor runner`: the process that has the terminals, in the foreground.
 *
 * The daemon starts it in a session of its own. Its log goes to stderr, as
 * everywhere; the daemon sends that to a file.
 */

import { parseArgs } from "@std/cli/parse-args";
import { HypivisorError } from "../errors.ts";
import { isLogLevel, setLogLevel } from "../log.ts";
import { defaultDataDir } from "../paths.ts";
import { startRunner } from "../runner/start.ts";
import { EXIT, print, warn } from "./output.ts";

const USAGE = `Usage: hypivisor runner [options]

Has the terminals and agents that hypivisor opens; started by it when needed.
Ends by itself a minute after the last of them.

Options:
      --data-dir DIR     Where its socket is ($XDG_STATE_HOME/hypivisor)
      --log-level LEVEL  debug, info, warn or error (info)
  -h, --help             Print this
`;

/** Resolves to the process's exit code once the runner has ended. */
export async function runRunner(args: readonly string[]): Promise<number> {
  try {
    const flags = readFlags(args);
    if (flags === "help") return print(USAGE);
    const dataDir = flags["data-dir"] || defaultDataDir(process.env);
    const level = flags["log-level"] ?? process.env.HYPI_LOG ?? "info";
    if (!isLogLevel(level)) {
      return refuse(
        `Cannot use --log-level "${level}": it must be debug, info, warn or error`,
      );
    }
    setLogLevel(level);
    const runner = await startRunner(dataDir);
    warn(`Runner online at ${runner.socketPath}`);
    await runner.ended;
    return EXIT.ok;
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    if (thrown.code === "bad_request") return refuse(thrown.message);
    warn(`hypivisor: ${thrown.message}`);
    return EXIT.failed;
  }
}

function refuse(why: string): number {
  warn(`hypivisor: ${why}. See hypivisor runner --help`);
  return EXIT.usage;
}

interface RunnerFlags {
  readonly "data-dir"?: string;
  readonly "log-level"?: string;
}

function readFlags(args: readonly string[]): RunnerFlags | "help" {
  const parsed: Record<string, unknown> = parseArgs(args, {
    boolean: ["help"],
    string: ["data-dir", "log-level"],
    alias: { h: "help" },
    unknown(arg) {
      throw new HypivisorError(
        "bad_request",
        `Unknown option or argument "${arg}"`,
      );
    },
  });
  return parsed.help ? "help" : parsed as RunnerFlags;
}
