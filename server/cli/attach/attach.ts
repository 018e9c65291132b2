/**
 * `hypivisor attach`: a terminal of the runner in this terminal. Also what
 * `spawn --attach` and `shell` end in.
 */

import type { TerminalId, TerminalRecord } from "../../protocol/terminal.ts";
import {
  type Arguments,
  type Command,
  type Option,
  UsageError,
} from "../command.ts";
import { connect, type Reached } from "../connect.ts";
import { fetchOne } from "../everything.ts";
import type { Found } from "../find.ts";
import { EXIT, warn } from "../output.ts";
import { plain } from "../style.ts";
import { TARGET_OPTIONS } from "../target.ts";
import { nameOf, sayAge, shortPath, terminalName } from "../words.ts";
import { DEFAULT_DETACH_KEY, readDetachKey } from "./detach_key.ts";
import { exitCodeOf, showTerminal } from "./session.ts";

/** Of a terminal's ID, which is random: enough to name it by. */
const SHORT_ID = 8;

/** Option of every command that ends in a terminal. */
export const DETACH_OPTION: Option = {
  kind: "value",
  name: "detach-key",
  value: "KEY",
  summary:
    `Leave by KEY (${DEFAULT_DETACH_KEY}): ctrl-], "ctrl-b d", none. Also HYPIVISOR_DETACH_KEY`,
};

export const attach: Command = {
  name: "attach",
  usage: "ID",
  summary: "Be in an agent's terminal, or another one",
  about:
    `Keys go to the program, Ctrl-C included, until you leave by the detach key,
Ctrl-\\. The program goes on; attach again to come back. When the hypivisor is
restarted, attach comes back by itself. The exit code is that of the program if
it ends meanwhile.

A tmux user may want: export HYPIVISOR_DETACH_KEY="ctrl-b d". Then Ctrl-B typed
twice is one Ctrl-B for the program. With KEY other than Ctrl-\\, that key sends
SIGQUIT as always.`,
  options: [
    DETACH_OPTION,
    {
      kind: "flag",
      name: "read-only",
      short: "r",
      summary: "Only look; Ctrl-C leaves as well",
    },
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 1, max: 1, completion: ["any"] },
  async run(args) {
    using reached = await connect(args);
    const found = await fetchOne(reached.rpc, args.words[0] ?? "");
    if (!found.terminal) return elsewhere(found);
    needTerminal("attach");
    return await show(found.terminal, args, reached);
  },
};

/** Shows the terminal that was just opened. */
export async function attachTo(
  terminal: TerminalId,
  args: Arguments,
  reached: Reached,
): Promise<number> {
  needTerminal("attach");
  const record = await reached.rpc.call("get_terminal", { terminal });
  return await show(record, args, reached);
}

/** @throws {UsageError} where there is no terminal to show anything in. */
export function needTerminal(what: string): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new UsageError(
    `Cannot ${what}: input and output must be a terminal`,
  );
}

async function show(
  terminal: TerminalRecord,
  args: Arguments,
  { connection }: Reached,
): Promise<number> {
  const { state } = terminal;
  const name = terminalName(terminal);
  const short = terminal.id.slice(0, SHORT_ID);
  if (state.kind !== "running") {
    warn(
      `${name} has ended: ${sayEnd(terminal)}, ${
        sayAge(state.at, Date.now())
      } ago. Its last lines: hypivisor tail ${short}`,
    );
    return EXIT.failed;
  }
  const detachKey = readDetachKey(
    args.value("detach-key") ?? process.env.HYPIVISOR_DETACH_KEY ??
      DEFAULT_DETACH_KEY,
  );
  const outcome = await showTerminal(connection, {
    terminal: terminal.id,
    readOnly: args.flag("read-only"),
    detachKey,
  });
  switch (outcome.kind) {
    case "detached":
      warn(`[left ${name}, which goes on: hypivisor attach ${short}]`);
      return EXIT.ok;
    case "exited":
      warn(`[${name} has ended: ${sayEnd(outcome.terminal)}]`);
      return exitCodeOf(outcome.terminal);
    case "failed":
      throw outcome.error;
    case "killed":
      return outcome.code;
  }
}

function sayEnd({ state }: TerminalRecord): string {
  switch (state.kind) {
    case "running":
      return "it runs";
    case "failed":
      return plain(state.reason);
    case "exited":
      return state.signal ?? `exit code ${state.code}`;
  }
}

/** An agent that was not started here has its terminal somewhere else. */
function elsewhere(found: Found): number {
  if (found.kind !== "agent") return EXIT.failed;
  const { node } = found;
  const where = `${plain(node.machine)}, ${shortPath(node.cwd, undefined)}`;
  const pid = node.pid ? `, pid ${node.pid}` : "";
  const what = node.state.kind === "offline"
    ? `It is offline. Start it again: hypivisor resume ${node.id}`
    : `Follow its conversation: hypivisor tail -f ${node.id}`;
  warn(
    `hypivisor: Cannot attach to ${
      nameOf(node)
    }: it has no terminal here, it was started by itself (${where}${pid}). ${what}`,
  );
  return EXIT.failed;
}
