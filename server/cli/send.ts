/** `hypivisor send`: a prompt for an agent, and with `--wait` its answer. */

import type { Receipt } from "../protocol/event.ts";
import { HypivisorError } from "../errors.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { connect } from "./connect.ts";
import { fetchAgent } from "./everything.ts";
import { EXIT, print, printJson, warn } from "./output.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";
import { sendAndWait } from "./send_wait.ts";
import { plain } from "./style.ts";

/** The daemon takes no longer prompt. */
const TEXT_MAX = 1_000_000;

export const send: Command = {
  name: "send",
  usage: "ID TEXT",
  summary: "Give an agent a prompt",
  about:
    `The words behind ID are the prompt; "-" reads it from standard input. What
begins with a dash stands behind "--". An agent that works gets the prompt
after its running tools, or with --follow-up when it would stop.

With --wait the answer is printed as it is written, and the exit code is 1 if it
ended in an error. The answer alone is on standard output.`,
  options: [
    {
      kind: "flag",
      name: "wait",
      short: "w",
      summary: "Wait until the agent has come to rest, print its answer",
    },
    {
      kind: "flag",
      name: "steer",
      summary: "After the running tools (this is the default)",
    },
    {
      kind: "flag",
      name: "follow-up",
      summary: "When the agent would stop",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 2, max: Infinity, completion: ["agent"] },
  async run(args) {
    const mode = modeOf(args);
    const text = await textOf(args.words.slice(1));
    using reached = await connect(args);
    const { node } = await fetchAgent(reached.rpc, args.words[0] ?? "");
    const prompt = { id: crypto.randomUUID(), text, mode };
    if (args.flag("wait")) {
      const { connection } = reached;
      const isJson = args.flag("json");
      const end = await sendAndWait(connection, node, prompt, {
        say: isJson ? () => {} : print,
        tell: warn,
      });
      if (isJson) printJson(end);
      else if (end.error !== null) warn(`hypivisor: ${end.error}`);
      return end.error === null ? EXIT.ok : EXIT.failed;
    }
    const receipt = await reached.rpc.call("prompt", {
      node: node.id,
      ...prompt,
    });
    if (args.flag("json")) printJson(receipt);
    return report(receipt, args.flag("json"));
  },
};

function modeOf(args: Arguments): "steer" | "followUp" {
  if (args.flag("steer") && args.flag("follow-up")) {
    throw new UsageError("Cannot use --steer and --follow-up together");
  }
  return args.flag("follow-up") ? "followUp" : "steer";
}

async function textOf(words: readonly string[]): Promise<string> {
  const isPiped = words.length === 1 && words[0] === "-";
  const text = isPiped
    ? (await Bun.stdin.text()).replace(/\n$/, "")
    : words.join(" ");
  if (text.trim() === "") throw new UsageError("Cannot send an empty prompt");
  if (text.length <= TEXT_MAX) return text;
  throw new HypivisorError(
    "too_large",
    `Cannot send a prompt of ${text.length} characters: ${TEXT_MAX} at most`,
  );
}

function report({ state, reason }: Receipt, isQuiet: boolean): number {
  if (state === "refused") {
    throw new HypivisorError(
      "conflict",
      `The agent refused it: ${plain(reason ?? "it gave no reason")}`,
    );
  }
  if (!isQuiet && state === "queued") {
    warn("Queued: the agent takes it when its turn comes");
  }
  return EXIT.ok;
}
