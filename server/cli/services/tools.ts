/** `hypivisor tools` and `mcp connect`: what a service can do, and its line. */

import { connectStdio } from "../../mcp/connect.ts";
import { listTools } from "../../mcp/tools.ts";
import { type Command, UsageError } from "../command.ts";
import { connect } from "../connect.ts";
import { EXIT, print, printJson, warn } from "../output.ts";
import { columnsOf, painter, plain } from "../style.ts";
import { table } from "../table.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "../target.ts";
import { reachMcp } from "./reach.ts";

/** A process that starts by being used takes a few seconds. */
const TOOLS_WITHIN_MS = 30_000;

export const tools: Command = {
  name: "tools",
  usage: "NAME",
  summary: "List the tools of a service that speaks MCP",
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 1, max: 1, completion: ["service"] },
  async run(args) {
    using reached = await connect(args);
    const { url, unix } = await reachMcp(reached.rpc, args.words[0] ?? "");
    const found = await listTools(url, { timeoutMs: TOOLS_WITHIN_MS, unix });
    if (args.flag("json")) return printJson(found);
    if (found.isCut) warn("There are more than are listed");
    if (found.tools.length === 0) {
      warn("It has no tools");
      return EXIT.ok;
    }
    const rows = found.tools.map(({ name, title, description }) => [
      { text: plain(name), colour: "bold" as const },
      { text: plain((description ?? title ?? "").split("\n")[0] ?? "") },
    ]);
    return print(
      table([{ head: "TOOL", least: 10 }, { head: "ABOUT", least: 10 }], rows, {
        width: columnsOf(process.stdout),
        paint: painter(process.stdout),
      }),
    );
  },
};

export const mcp: Command = {
  name: "mcp",
  usage: "connect NAME",
  summary: "Speak MCP with a service on stdin and stdout",
  about:
    `For programs that know no other way. What goes to stdout is messages only.`,
  group: "services",
  isOfServices: true,
  options: TARGET_OPTIONS,
  positionals: { min: 2, max: 2, completion: [["connect"], "service"] },
  async run(args) {
    const [verb, name = ""] = args.words;
    if (verb !== "connect") throw new UsageError(`Unknown argument "${verb}"`);
    using reached = await connect(args);
    const { url, unix } = await reachMcp(reached.rpc, name);
    await connectStdio({
      url,
      ...(unix === undefined ? {} : { unix }),
      input: Bun.stdin.stream() as unknown as AsyncIterable<Uint8Array>,
      output: (line) => void print(line.endsWith("\n") ? line : `${line}\n`),
    });
    return EXIT.ok;
  },
};
