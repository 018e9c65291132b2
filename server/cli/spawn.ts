/**
 * `hypivisor spawn` and `hypivisor resume`: pi in a terminal of the runner,
 * which outlives this command and the daemon.
 */

import { isAbsolute, resolve } from "node:path";
import type { SpawnChoice, Spawning } from "../protocol/rpc.ts";
import {
  type Arguments,
  type Command,
  type Option,
  UsageError,
} from "./command.ts";
import { attachTo, DETACH_OPTION } from "./attach/attach.ts";
import { connect, type Reached } from "./connect.ts";
import { fetchAgent } from "./everything.ts";
import { EXIT, print, printJson } from "./output.ts";
import { isThisMachine, JSON_OPTION, TARGET_OPTIONS } from "./target.ts";

const LEVELS = ["off", "minimal", "low", "medium", "high", "xhigh", "max"];

const CHOICES: readonly Option[] = [
  {
    kind: "value",
    name: "prompt",
    short: "m",
    value: "TEXT",
    summary: "The first prompt",
  },
  {
    kind: "value",
    name: "model",
    value: "MODEL",
    summary: "As pi's --model takes it: provider/id, or a part of it",
  },
  {
    kind: "value",
    name: "thinking",
    value: "LEVEL",
    completion: LEVELS,
    summary: LEVELS.join(", "),
  },
  {
    kind: "flag",
    name: "attach",
    short: "a",
    summary: "Go right into its terminal",
  },
  DETACH_OPTION,
  JSON_OPTION,
  ...TARGET_OPTIONS,
];

export const spawn: Command = {
  name: "spawn",
  usage: "[DIR]",
  summary: "Start an agent in a folder (here)",
  about:
    `Prints the agent's ID. The agent has a terminal of its own, which goes on when
this command has ended, and when the hypivisor is restarted. What follows "--"
goes to pi's command line, as far as the hypivisor allows it.`,
  options: [
    {
      kind: "value",
      name: "name",
      short: "n",
      value: "NAME",
      summary: "pi's own name of the session",
    },
    {
      kind: "value",
      name: "new-folder",
      value: "NAME",
      summary: "Make this folder in DIR, and start there",
    },
    {
      kind: "value",
      name: "session",
      value: "FILE",
      completion: "file",
      summary: "Go on with this session file",
    },
    ...CHOICES,
  ],
  positionals: { min: 0, max: 1, completion: ["folder"], hasRest: true },
  async run(args) {
    using reached = await connect(args, { mayStart: true });
    const [dir = "."] = args.words;
    const name = args.value("name");
    const folder = args.value("new-folder");
    const session = args.value("session");
    const spawning = await reached.rpc.call("spawn_agent", {
      path: there(dir, reached),
      ...name === undefined ? {} : { name },
      ...folder === undefined ? {} : { new_folder: folder },
      ...session === undefined ? {} : { session: there(session, reached) },
      ...choiceOf(args),
      ...args.rest ? { args: args.rest } : {},
    });
    return await report(spawning, args, reached);
  },
};

export const resume: Command = {
  name: "resume",
  usage: "ID",
  summary: "Start an agent again that has ended",
  about: `Goes on with its session, in its folder, as a new process.`,
  options: CHOICES,
  positionals: { min: 1, max: 1, completion: ["agent"] },
  async run(args) {
    using reached = await connect(args, { mayStart: true });
    const { node } = await fetchAgent(reached.rpc, args.words[0] ?? "");
    const spawning = await reached.rpc.call("resume_agent", {
      node: node.id,
      ...choiceOf(args),
    });
    return await report(spawning, args, reached);
  },
};

function choiceOf(args: Arguments): SpawnChoice {
  const model = args.value("model");
  const thinking = args.value("thinking");
  const prompt = args.value("prompt");
  return {
    ...model === undefined ? {} : { model },
    ...thinking === undefined ? {} : { thinking },
    ...prompt === undefined ? {} : { prompt },
  };
}

/** A path from here; on another machine only a whole one has a meaning. */
function there(path: string, { connection }: Reached): string {
  if (isThisMachine(connection.target)) return resolve(path);
  if (isAbsolute(path) || path.startsWith("~")) return path;
  throw new UsageError(
    `Cannot use "${path}": over --url folders are those of the other machine; name them from /`,
  );
}

async function report(
  spawning: Spawning,
  args: Arguments,
  reached: Reached,
): Promise<number> {
  if (args.flag("json")) printJson(spawning);
  else print(`${spawning.node}\n`);
  if (!args.flag("attach")) return EXIT.ok;
  return await attachTo(spawning.terminal, args, reached);
}
