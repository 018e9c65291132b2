/** `hypivisor terminals` and `hypivisor shell`: the list, and one more. */

import { homedir } from "node:os";
import { resolve } from "node:path";
import { HypivisorError } from "../errors.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import { attachTo, DETACH_OPTION, needTerminal } from "./attach/attach.ts";
import type { Arguments, Command } from "./command.ts";
import { connect, type Reached } from "./connect.ts";
import { shortIds } from "./find.ts";
import { EXIT, print, printJson, warn } from "./output.ts";
import { RpcSocket } from "./rpc_socket.ts";
import { columnsOf, painter, plain } from "./style.ts";
import { type Cell, type Column, table } from "./table.ts";
import { isThisMachine, JSON_OPTION, TARGET_OPTIONS } from "./target.ts";
import { sayAge, shortPath, terminalName, terminalState } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { head: "STATE" },
  { head: "ID" },
  { head: "KIND" },
  { head: "NAME", least: 10 },
  { head: "FOLDER", least: 10, keepsEnd: true },
  { head: "SIZE" },
  { head: "SEEN BY", least: 8 },
  { head: "AGE" },
];

export const terminals: Command = {
  name: "terminals",
  usage: "",
  summary: "List terminals: those of agents, and shells",
  about: `Also those whose program has ended: their last lines can be read by
hypivisor tail, and hypivisor stop forgets them.`,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 0, max: 0 },
  async run(args) {
    using reached = await connect(args);
    const list = await reached.rpc.call("list_terminals", {});
    if (args.flag("json")) return printJson(list.terminals);
    if (list.terminals.length === 0) {
      warn("No terminals. Open one: hypivisor shell");
      return EXIT.ok;
    }
    const short = shortIds(list.terminals.map(({ id }) => id));
    const now = Date.now();
    const rows = list.terminals.toSorted((a, b) => b.openedAt - a.openedAt)
      .map((one) => row(one, short.get(one.id) ?? "", now));
    return print(
      table(COLUMNS, rows, {
        width: columnsOf(process.stdout),
        paint: painter(process.stdout),
      }),
    );
  },
};

export const shell: Command = {
  name: "shell",
  usage: "[DIR] [-- CMD…]",
  summary: "Open a terminal in a folder (here), go into it",
  about:
    `Runs your login shell, or CMD. Leave it by the detach key, Ctrl-\\, and it
goes on: hypivisor attach ID comes back. When its program ends while you are in
it, it is gone.`,
  options: [
    {
      kind: "flag",
      name: "detached",
      short: "d",
      summary: "Only open it, and print its ID",
    },
    {
      kind: "value",
      name: "name",
      short: "n",
      value: "NAME",
      summary: "Name it",
    },
    DETACH_OPTION,
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 0, max: 1, completion: ["folder"], hasRest: true },
  async run(args) {
    const isDetached = args.flag("detached") || args.flag("json");
    if (!isDetached) needTerminal("go into a terminal");
    using reached = await connect(args, { mayStart: true });
    const opened = await openShell(args, reached);
    if (args.flag("json")) return printJson(opened);
    if (isDetached) return print(`${opened.id}\n`);
    const code = await attachTo(opened.id, args, reached);
    await forgetIfEnded(opened.id, reached);
    return code;
  },
};

function openShell(
  args: Arguments,
  { connection, rpc }: Reached,
): Promise<TerminalRecord> {
  const [dir] = args.words;
  const isHere = isThisMachine(connection.target);
  const folder = isHere ? resolve(dir ?? ".") : dir;
  const name = args.value("name");
  const { columns, rows } = process.stdout;
  return rpc.call("open_terminal", {
    ...folder === undefined ? {} : { folder },
    ...name === undefined ? {} : { name },
    ...args.rest?.length ? { command: args.rest } : {},
    ...process.stdout.isTTY && columns && rows ? { cols: columns, rows } : {},
  });
}

/** As the window of a shell that is left: it is gone. */
async function forgetIfEnded(
  terminal: TerminalId,
  { connection }: Reached,
): Promise<void> {
  try {
    // The first socket may have been cut long ago.
    using rpc = await RpcSocket.open(connection, "/ws");
    const { state } = await rpc.call("get_terminal", { terminal });
    if (state.kind !== "running") {
      await rpc.call("close_terminal", { terminal });
    }
  } catch (thrown) {
    // Somebody else was faster, or there is no daemon: it is listed until then.
    if (!(thrown instanceof HypivisorError)) throw thrown;
  }
}

function row(terminal: TerminalRecord, id: string, now: number): Cell[] {
  const { size, viewers, cwd, folder, openedAt } = terminal;
  return [
    terminalState(terminal),
    { text: plain(id) },
    { text: terminal.kind },
    { text: terminalName(terminal), colour: "bold" },
    { text: shortPath(cwd ?? folder, homedir()) },
    { text: `${size.cols}x${size.rows}` },
    { text: viewers.map(({ name }) => plain(name)).join(", ") || "-" },
    { text: sayAge(openedAt, now) },
  ];
}
