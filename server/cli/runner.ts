/**
 * `hypivisor runner`: the process that has the terminals, in the foreground.
 *
 * The daemon starts it in a session of its own. Its log goes to stderr, as
 * everywhere; the daemon sends that to a file.
 */

import { parseArgs } from "@std/cli/parse-args";
import { HypivisorError } from "../errors.ts";
import { isLogLevel, type LogLevel, setLogLevel } from "../log.ts";
import { defaultDataDir } from "../paths.ts";
import { startRunner } from "../runner/start.ts";
import { EXIT, print, warn } from "./output.ts";

const USAGE = `Usage: hypivisor runner [options]

Has the terminals and agents that hypivisor opens; started by it when needed.
Ends by itself once it has had none of them, and no connection, for a while.

Options:
      --data-dir DIR     Where its socket is ($XDG_STATE_HOME/hypivisor)
      --idle S           Seconds for which it waits then (60)
      --log-level LEVEL  debug, info, warn or error (info)
  -h, --help             Print this
`;

/** A daemon that is being upgraded is back long before. */
const DEFAULT_IDLE_S = 60;
const IDLE_MAX_S = 86_400;

/** Resolves to the process's exit code once the runner has ended. */
export async function runRunner(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, process.env);
    if (options === "help") return print(USAGE);
    setLogLevel(options.logLevel);
    const runner = await startRunner(options.dataDir, options.idleMs);
    warn(`Runner online at ${runner.socketPath}`);
    await runner.ended;
    return EXIT.ok;
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    const isUsage = thrown.code === "bad_request";
    const hint = isUsage ? ". See hypivisor runner --help" : "";
    warn(`hypivisor: ${thrown.message}${hint}`);
    return isUsage ? EXIT.usage : EXIT.failed;
  }
}

interface RunnerOptions {
  readonly dataDir: string;
  readonly idleMs: number;
  readonly logLevel: LogLevel;
}

function readOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): RunnerOptions | "help" {
  const parsed: Record<string, unknown> = parseArgs(args, {
    boolean: ["help"],
    string: ["data-dir", "idle", "log-level"],
    alias: { h: "help" },
    unknown: (arg) => bad(`Unknown option or argument "${arg}"`),
  });
  if (parsed.help) return "help";
  const logLevel = text(parsed["log-level"]) || env.HYPI_LOG || "info";
  if (!isLogLevel(logLevel)) {
    bad(
      `Cannot use --log-level "${logLevel}": it must be debug, info, warn or error`,
    );
  }
  return {
    dataDir: text(parsed["data-dir"]) || defaultDataDir(env),
    idleMs: 1_000 * readIdle(text(parsed.idle)),
    logLevel,
  };
}

function readIdle(given: string | undefined): number {
  if (given === undefined) return DEFAULT_IDLE_S;
  const seconds = /^\d{1,5}$/.test(given) ? Number(given) : NaN;
  if (seconds <= IDLE_MAX_S) return seconds;
  bad(
    `Cannot use --idle "${given}": it must be a whole number up to ${IDLE_MAX_S}`,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function bad(message: string): never {
  throw new HypivisorError("bad_request", message);
}
