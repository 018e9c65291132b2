/**
 * A command line from start to end: finds the command, reads its arguments,
 * runs it, and makes an exit code of what went wrong.
 */

import { COMMIT, VERSION } from "../build_info.ts";
import { HypivisorError } from "../errors.ts";
import { type Command, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { UnreachableError } from "./connection.ts";
import { NotFoundError } from "./find.ts";
import {
  helpOf,
  overview,
  SERVICES,
  servicesOverview,
  xyOverview,
} from "./help.ts";
import { EXIT, print, SERVICE_EXIT, warn } from "./output.ts";
import { parse } from "./parse.ts";
import { RPC_ERROR } from "../protocol/error.ts";
import { XY_NUMBER } from "../protocol/xy.ts";
import { isXy, program, setProgram } from "./program.ts";
import { ConfigFaultsError } from "./services/faults.ts";
import { suggest } from "./suggest.ts";

/** Without a command this one is meant. */
const DAEMON = "serve";

/** What `xy` calls that. */
const XY_DAEMON = "daemon";

/** Resolves to the process's exit code. */
export async function run(
  argv: readonly string[],
  name = "hypivisor",
): Promise<number> {
  setProgram(name);
  if (isXy() && argv[0] === XY_DAEMON) argv = [DAEMON, ...argv.slice(1)];
  let command: Command | undefined;
  try {
    const [first = "", ...rest] = argv;
    if (first === "--help" || first === "-h") return help([]);
    if (first === "--version") {
      return print(`${program()} ${VERSION} (${COMMIT})\n`);
    }
    if (first === "help") return help(rest);
    const isCommand = first !== "" && !first.startsWith("-");
    // Without one, only ours starts the daemon.
    if (isXy() && !isCommand) throw new UsageError("Give a command");
    if (first === SERVICES) return await run(["list", ...rest], name);
    command = commandOf(isCommand ? first : DAEMON);
    const args = parse(isCommand ? rest : inFront(argv), command);
    if (args.flag("help")) return print(helpOf(command, program()));
    return await command.run(args);
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    const isUsage = thrown instanceof UsageError;
    const help = `${program()} ${command ? `${command.name} ` : ""}--help`;
    warn(
      `${program()}: ${isXy() ? xyFront(thrown) : ""}${thrown.message}${
        isUsage ? `${/[.?]$/.test(thrown.message) ? "" : "."} See ${help}` : ""
      }`,
    );
    return exitCodeOf(thrown, command?.isOfServices === true || isXy());
  }
}

function help([name, ...more]: readonly string[]): number {
  if (name === undefined) {
    return print(isXy() ? xyOverview(COMMANDS) : overview(COMMANDS));
  }
  if (name === SERVICES && more.length === 0) {
    return print(servicesOverview(COMMANDS));
  }
  if (more.length > 0) throw new UsageError(`Unknown argument "${more[0]}"`);
  return print(helpOf(commandOf(name), program()));
}

function commandOf(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found) return found;
  const names = COMMANDS.filter(({ isHidden }) => !isHidden)
    .map((command) => command.name);
  throw new UsageError(
    `Unknown command "${name}"${suggest(name, [...names, "help"])}`,
  );
}

/** @throws {UsageError} if options stand in front of a command. */
function inFront(argv: readonly string[]): readonly string[] {
  const found = argv.findIndex((word, at) =>
    COMMANDS.some(({ name }) => name === word) && !argv[at - 1]?.startsWith("-")
  );
  if (found < 0) return argv;
  const line = [argv[found], ...argv.toSpliced(found, 1)].join(" ");
  throw new UsageError(`Write the command first: hypivisor ${line}`);
}

/** What `xy` says first of an error. */
function xyFront(thrown: HypivisorError): string {
  if (thrown instanceof UsageError) return "";
  if (thrown instanceof UnreachableError) {
    return thrown.socket ? `cannot reach daemon at ${thrown.socket}: ` : "";
  }
  return `rpc error ${XY_NUMBER[thrown.code] ?? RPC_ERROR[thrown.code]}: `;
}

function exitCodeOf(thrown: HypivisorError, isOfServices: boolean): number {
  if (thrown instanceof UsageError) return EXIT.usage;
  if (thrown instanceof ConfigFaultsError) return SERVICE_EXIT.config;
  if (thrown instanceof UnreachableError) {
    return isOfServices ? SERVICE_EXIT.unreachable : EXIT.unreachable;
  }
  if (isOfServices) return EXIT.failed;
  return thrown instanceof NotFoundError ? EXIT.notFound : EXIT.failed;
}
