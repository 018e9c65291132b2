/** The doctor looks at the daemon, its port, the runner, and services. */

import { COMMIT, VERSION } from "../../build_info.ts";
import { DEFAULT_PORT } from "../../config.ts";
import { HypivisorError } from "../../errors.ts";
import { findPortHolder } from "../../port_holder.ts";
import type { DaemonFacts } from "../../protocol/rpc.ts";
import type { ServiceRecord } from "../../protocol/service.ts";
import { Connection, UnreachableError } from "../connection.ts";
import { RpcSocket } from "../rpc_socket.ts";
import { askRunner } from "../runner_call.ts";
import type { Target } from "../target.ts";
import { sayAge } from "../words.ts";
import { bad, type Finding, ok } from "./check.ts";
import { lookAtServices } from "./services.ts";

const OWN_BUILD = `${VERSION} (${COMMIT})`;

/** @param dataDir Of this machine; undefined if the daemon is elsewhere. */
export async function lookAtProcesses(
  target: Target,
  dataDir: string | undefined,
): Promise<Finding[]> {
  const connection = new Connection(target);
  let facts: DaemonFacts;
  let services: readonly ServiceRecord[] | undefined;
  try {
    using rpc = await RpcSocket.open(connection, "/ws");
    facts = await rpc.call("daemon", {});
    if (facts.capabilities.includes("services")) {
      ({ services } = await rpc.call("list_services", {}));
    }
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    return [absent(thrown), port(), ...await runnerAlone(dataDir)];
  }
  return [
    build("daemon", `${facts.version} (${facts.commit})`, facts),
    ok("page", facts.url),
    runner(facts),
    ...services ? [lookAtServices(services)] : [],
  ];
}

function absent(thrown: HypivisorError): Finding {
  const isNobody = thrown instanceof UnreachableError && thrown.isNobody;
  return isNobody
    ? bad("warn", "daemon", "not running", "Start it: hypivisor")
    : bad("fail", "daemon", thrown.message, "See its log, or start it again");
}

function port(): Finding {
  const holder = findPortHolder(DEFAULT_PORT);
  return holder
    ? bad(
      "warn",
      "port",
      `${DEFAULT_PORT} is held by "${holder.name}" (pid ${holder.pid})`,
      `Stop that with "kill ${holder.pid}", or start hypivisor with --port`,
    )
    : ok("port", `${DEFAULT_PORT} is free`);
}

function build(
  what: string,
  theirs: string,
  { pid, startedAt }: { readonly pid: number; readonly startedAt: number },
): Finding {
  const found = `${theirs}, pid ${pid}, up ${sayAge(startedAt, Date.now())}`;
  if (theirs === OWN_BUILD) return ok(what, found);
  return bad(
    "warn",
    what,
    `${found}; this is ${OWN_BUILD}`,
    what === "daemon"
      ? "Start the daemon again: its terminals go on"
      : "It goes on as it is; a new one is started when it has ended",
  );
}

function runner({ capabilities, runner: found }: DaemonFacts): Finding {
  if (!capabilities.includes("terminals")) {
    return ok("runner", "none: the daemon runs with --no-terminals");
  }
  if (!found) return ok("runner", "none now; it is started when it is needed");
  return build("runner", found.build, found);
}

/** One that was left by a daemon that has ended. */
async function runnerAlone(dataDir: string | undefined): Promise<Finding[]> {
  if (dataDir === undefined) return [];
  try {
    const answer = await askRunner(dataDir, "watch");
    if (!answer) return [ok("runner", "none")];
    const { pid = 0, startedAt = Date.now(), build: theirs } = answer.hello;
    return [build("runner", theirs, { pid, startedAt })];
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    return [
      bad("fail", "runner", thrown.message, "End it: hypivisor shutdown"),
    ];
  }
}
