/** `hypivisor export`: services for MCP clients, printed or in their config. */

import { homedir } from "node:os";
import { join } from "node:path";
import { HypivisorError } from "../../errors.ts";
import { printExport, writeExport } from "../../mcp/export.ts";
import {
  EXPORT_CLIENTS,
  type ExportClientId,
  type ExportTarget,
} from "../../mcp/export_clients.ts";
import type { ExportReport } from "../../mcp/export_open.ts";
import { removeExport } from "../../mcp/export_remove.ts";
import type { ServiceRecord } from "../../protocol/service.ts";
import { readTokenFile } from "../../token.ts";
import { type Arguments, type Command, UsageError } from "../command.ts";
import { connect, type Reached } from "../connect.ts";
import { EXIT, print, printJson, warn } from "../output.ts";
import { ownCommand } from "../own_command.ts";
import { suggest } from "../suggest.ts";
import { dataDirOf, JSON_OPTION, TARGET_OPTIONS } from "../target.ts";
import { listServices } from "./acts.ts";
import { placeOf, speaksNoMcp } from "./reach.ts";

const CLIENTS = Object.keys(EXPORT_CLIENTS) as ExportClientId[];

export const exportServices: Command = {
  name: "export",
  usage: "CLIENT [NAME…]",
  summary: "Put services into an MCP client's config",
  about:
    `Prints what belongs there, of every service that speaks MCP or of those named;
--write puts it there, --remove takes it out again. Entries that are not ours
are left as they are. CLIENT is one of:
  ${CLIENTS.join(", ").replace(/(.{1,74})(, |$)/g, "$1$2\n  ").trim()}`,
  group: "services",
  isOfServices: true,
  options: [
    { kind: "flag", name: "write", summary: "Write it into the config" },
    { kind: "flag", name: "remove", summary: "Take it out of the config" },
    {
      kind: "flag",
      name: "project",
      summary: "The config of the project in this folder",
    },
    {
      kind: "flag",
      name: "force",
      summary: "Replace and remove entries that are not ours",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 1, max: Infinity, completion: [CLIENTS, "service"] },
  async run(args) {
    const [client = "", ...names] = args.words;
    if (args.flag("write") && args.flag("remove")) {
      throw new UsageError("Give either --write or --remove");
    }
    if (!isClient(client)) {
      throw new UsageError(
        `Unknown client "${client}"${suggest(client, CLIENTS)}`,
      );
    }
    using reached = await connect(args);
    const targets = await targetsOf(args, names, reached);
    const request = {
      client,
      scope: args.flag("project") ? "project" as const : "user" as const,
      place: {
        home: process.env.HOME || homedir(),
        platform: process.platform,
        env: process.env,
        project: process.cwd(),
      },
      targets,
    };
    const options = {
      recordFile: join(dataDirOf(args, process.env), "exports.json"),
      force: args.flag("force"),
    };
    if (args.flag("write")) return tell(args, writeExport(request, options));
    if (args.flag("remove")) return tell(args, removeExport(request, options));
    const { file, text } = printExport(request);
    if (args.flag("json")) return printJson({ file, text });
    warn(`For "${file}":`);
    return print(text.endsWith("\n") ? text : `${text}\n`);
  },
};

function isClient(word: string): word is ExportClientId {
  return Object.hasOwn(EXPORT_CLIENTS, word);
}

/** @throws {HypivisorError} `not_found`, or `conflict` if there are none. */
async function targetsOf(
  args: Arguments,
  names: readonly string[],
  { rpc }: Reached,
): Promise<ExportTarget[]> {
  const all = await listServices(rpc);
  const missing = names.find((name) => !all.some((one) => one.name === name));
  if (missing !== undefined) {
    throw new HypivisorError("not_found", `no such server \`${missing}\``);
  }
  const named = all.filter((one) => names.includes(one.name));
  const mute = named.find((one) => !placeOf(one));
  if (mute) throw new HypivisorError("conflict", speaksNoMcp(mute.name));
  const chosen = names.length > 0 ? named : all.filter((one) => placeOf(one));
  if (chosen.length === 0) {
    throw new HypivisorError("conflict", "No service speaks MCP");
  }
  const { url } = await rpc.call("daemon", {});
  const token = readTokenFile(join(dataDirOf(args, process.env), "token"));
  return chosen.map((service) => targetOf(service, new URL(url), token));
}

/**
 * By its own port, or by the daemon's, which asks for the token: only that one
 * starts a server over HTTP that runs while it is used.
 */
function targetOf(
  { name, port, path = "/mcp", start, transport }: ServiceRecord,
  daemon: URL,
  token: string | undefined,
): ExportTarget {
  const [program = "hypivisor", ...own] = ownCommand();
  const command: ExportTarget["command"] = [
    program,
    ...own,
    "mcp",
    "connect",
    name,
  ];
  const isThere = start === "eager" || transport === "stdio";
  if (port !== undefined && isThere) {
    return { name, url: `http://127.0.0.1:${port}${path}`, command };
  }
  return {
    name,
    url: `${daemon.origin}/mcp/${name}`,
    ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}),
    command,
  };
}

function tell(args: Arguments, report: ExportReport): number {
  if (args.flag("json")) return printJson(report);
  const { file, changes, backup, warnings } = report;
  for (const { name, what, why } of changes) {
    print(`${what}: ${name}${why ? ` (${why})` : ""}\n`);
  }
  warn(`In "${file}"`);
  if (backup) warn(`What it was before is in "${backup}"`);
  for (const warning of warnings) warn(warning);
  return changes.some(({ what }) => what === "left") ? EXIT.failed : EXIT.ok;
}
