/** `hypivisor list` and `status`: what services there are, and one of them. */

import type { ServiceRecord, ServiceStatus } from "../../protocol/service.ts";
import type { Command } from "../command.ts";
import { connect } from "../connect.ts";
import { print, printJson, warn } from "../output.ts";
import { isXy } from "../program.ts";
import { type Colour, columnsOf, painter, plain } from "../style.ts";
import { type Cell, type Column, table } from "../table.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "../target.ts";
import { listServices } from "./acts.ts";
import { count } from "../words.ts";
import { faultLine } from "./faults.ts";
import { placeOf } from "./reach.ts";

/** As wide as those of `xy`, or wider where a name is. */
const COLUMNS: readonly Column[] = [
  { head: "NAME".padEnd(18), least: 8 },
  { head: "STATE".padEnd(10) },
  { head: "PID".padEnd(6) },
  { head: "PORT".padEnd(6) },
  { head: "UPTIME".padEnd(8) },
  { head: "RESTARTS" },
];

const COLOURS: { readonly [K in ServiceRecord["state"]["kind"]]: Colour } = {
  stopped: "dim",
  starting: "cyan",
  running: "green",
  restarting: "yellow",
  failed: "red",
  stopping: "cyan",
  invalid: "red",
};

export const list: Command = {
  name: "list",
  usage: "",
  summary: "List services: state, process, port",
  about: `Each is a file of its own: ~/.config/hypivisor/services/NAME.kdl.
Why one is not as it should be: hypivisor status NAME.`,
  notes: `Exit codes of the commands for services:
  1 it did not work, 2 no hypivisor answers, 3 a fault in a file`,
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 0, max: 0 },
  async run(args) {
    using reached = await connect(args);
    const services = await listServices(reached.rpc);
    if (args.flag("json")) return printJson(services);
    if (services.length === 0 && !isXy()) {
      warn("No services. How to write one: hypivisor help services");
    }
    return print(
      table(COLUMNS, services.map((one) => row(one, Date.now())), {
        width: columnsOf(process.stdout),
        paint: painter(process.stdout),
      }),
    );
  },
};

export const status: Command = {
  name: "status",
  usage: "NAME",
  summary: "Tell all of a service: health, exits, faults",
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 1, max: 1, completion: ["service"] },
  async run(args) {
    using reached = await connect(args);
    const [name = ""] = args.words;
    const found = await reached.rpc.call("service_status", { name });
    return args.flag("json") ? printJson(found) : print(statusText(found));
  },
};

function row(service: ServiceRecord, now: number): Cell[] {
  const { name, state, port, restarts } = service;
  return [
    { text: plain(name), colour: "bold" },
    { text: state.kind, colour: COLOURS[state.kind] },
    { text: pidOf(service) },
    { text: String(port ?? "-") },
    { text: uptimeOf(service, now) },
    { text: String(restarts) },
  ];
}

function pidOf({ state }: ServiceRecord): string {
  return "pid" in state ? String(state.pid ?? "-") : "-";
}

function uptimeOf({ startedAt }: ServiceRecord, now: number): string {
  if (startedAt === undefined) return "-";
  return `${Math.max(0, Math.floor((now - startedAt) / 1_000))}s`;
}

/** A line for each thing that there is to say. */
function statusText(status: ServiceStatus): string {
  const { state, lastExit, log } = status;
  const lines: [string, string | undefined][] = [
    ["name", status.name],
    ["state", state.kind],
    ["reason", "reason" in state ? state.reason : undefined],
    [
      "next retry",
      "nextRetryAt" in state ? timeOf(state.nextRetryAt) : undefined,
    ],
    ["wanted", status.desired],
    ["pid", "pid" in state ? pidOf(status) : undefined],
    ["port", status.port === undefined ? undefined : String(status.port)],
    ["uptime", status.startedAt && uptimeOf(status, Date.now()) || undefined],
    ["starts", String(status.starts)],
    ["restarts", restartsOf(status)],
    [
      "last exit",
      lastExit &&
      `${lastExit.signal ?? `code ${lastExit.code}`} at ${timeOf(lastExit.at)}`,
    ],
    ["ready", readyOf(status)],
    ["health", healthOf(status)],
    ["mcp", mcpOf(status)],
    ["command", status.command.join(" ")],
    ["file", status.file],
    ["log", `${log.bytes} bytes, ${log.lines} lines, ${log.lostLines} lost`],
    ["log error", log.error],
    ...status.faults.map((one): [string, string] => ["fault", faultLine(one)]),
    ...status.warnings.map((one): [string, string] => ["warning", one]),
    ...status.transitions.map(({ at, from, to, reason }): [string, string] => [
      "transition",
      `${timeOf(at)} ${from} -> ${to}${reason ? ` (${reason})` : ""}`,
    ]),
  ];
  return lines.filter(([, text]) => text)
    .map(([head, text = ""]) => `${`${head}:`.padEnd(12)}${plain(text)}\n`)
    .join("");
}

function restartsOf({ restarts, retriesInWindow }: ServiceStatus): string {
  if (retriesInWindow === 0) return String(restarts);
  return `${restarts}, ${count(retriesInWindow, "failure")} in the last minute`;
}

/** Where it is spoken to, but for those who come by the daemon. */
function mcpOf(status: ServiceStatus): string | undefined {
  const place = placeOf(status);
  return place?.unix ?? place?.url;
}

function readyOf({ ready }: ServiceStatus): string | undefined {
  if (ready.kind === "unknown") return undefined;
  if (ready.kind === "ready") return "yes";
  return ready.why ? `not yet: ${ready.why}` : "not yet";
}

function healthOf({ health }: ServiceStatus): string | undefined {
  if (health.kind === "unknown") return undefined;
  return health.kind === "unhealthy"
    ? `unhealthy, ${health.failures} failures: ${health.why}`
    : health.mcp?.needsAuth
    ? "healthy, wants a login"
    : "healthy";
}

function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
