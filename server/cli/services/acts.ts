/**
 * Starting, stopping and restarting services, for the commands of these names:
 * which are meant, what became of each, and the exit code.
 */

import type {
  ServiceChoice,
  ServiceRecord,
  ServiceRefusal,
} from "../../protocol/service.ts";
import { REFUSAL_NUMBER } from "../../protocol/xy.ts";
import { type Arguments, type Option, UsageError } from "../command.ts";
import { connect } from "../connect.ts";
import { EXIT, print, printJson, SERVICE_EXIT, warn } from "../output.ts";
import { isXy, program } from "../program.ts";
import type { RpcSocket } from "../rpc_socket.ts";
import { plainLines } from "../style.ts";

/** A grace may be long, and so may a start until it is ready. */
export const ACT_WITHIN_MS = 11 * 60_000;

export const ALL_OPTION: Option = {
  kind: "flag",
  name: "all",
  summary: "Every service",
};

export const NOW_OPTION: Option = {
  kind: "flag",
  name: "now",
  summary: "Give services no time to end by themselves",
};

/** @throws {UsageError} unless either names or `--all` are given. */
export function choiceOf(args: Arguments): ServiceChoice {
  const isAll = args.flag("all");
  if (isAll === args.words.length > 0) {
    throw new UsageError("Give either names or --all");
  }
  return isAll ? { all: true } : { names: args.words };
}

export interface Acted {
  /** What was done, and names: `["started", ["a"]]`. */
  readonly done: readonly (readonly [string, readonly string[]])[];
  readonly refused: readonly ServiceRefusal[];
}

/** Runs one of the three, and tells what became of it. */
export async function act(
  args: Arguments,
  run: (rpc: RpcSocket) => Promise<Acted>,
): Promise<number> {
  using reached = await connect(args);
  return report(args, await run(reached.rpc));
}

export function report(args: Arguments, { done, refused }: Acted): number {
  if (args.flag("json")) {
    printJson({ ...Object.fromEntries(done), refused });
  } else {
    for (const [what, names] of done) {
      if (names.length > 0) {
        print(`${what.replace("_", " ")}: ${names.join(", ")}\n`);
      }
    }
  }
  for (const { name, kind, message } of refused) {
    const text = plainLines(message);
    // These name it themselves, and `xy` never does.
    const isNamed = kind === "no_such_service" || kind === "config_invalid";
    const subject = isNamed ? "" : `${name}: `;
    warn(
      isXy()
        ? `xy: rpc error ${REFUSAL_NUMBER[kind]}: ${text}`
        : `${program()}: ${subject}${text}`,
    );
  }
  if (refused.length === 0) return EXIT.ok;
  return refused.every(({ kind }) => kind === "config_invalid")
    ? SERVICE_EXIT.config
    : EXIT.failed;
}

export async function stopServices(
  rpc: RpcSocket,
  choice: ServiceChoice,
  now: boolean,
): Promise<Acted> {
  const { stopped, notRunning, refused } = await rpc.call(
    "stop_services",
    { ...choice, now },
    ACT_WITHIN_MS,
  );
  return { done: [["stopped", stopped], ["not_running", notRunning]], refused };
}

export async function listServices(
  rpc: RpcSocket,
): Promise<readonly ServiceRecord[]> {
  return (await rpc.call("list_services", {})).services;
}
