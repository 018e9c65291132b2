/** `hypivisor ls`: the agents, those that need someone first. */

import { homedir } from "node:os";
import type { NodeRecord } from "../protocol/node.ts";
import type { Command } from "./command.ts";
import { connect } from "./connect.ts";
import { fetchAll } from "./everything.ts";
import { shortIds } from "./find.ts";
import { EXIT, print, printJson, warn } from "./output.ts";
import { columnsOf, painter, plain } from "./style.ts";
import { type Cell, type Column, table } from "./table.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "./target.ts";
import {
  aboutState,
  count,
  nameOf,
  sayAge,
  shortPath,
  STATE_ORDER,
  stateOf,
} from "./words.ts";

const COLUMNS: readonly Column[] = [
  { head: "STATE" },
  { head: "ID" },
  { head: "NAME", least: 10 },
  { head: "FOLDER", least: 10, keepsEnd: true },
  { head: "MACHINE", least: 6 },
  { head: "AGE" },
  { head: "ABOUT", least: 16, isExtra: true },
];

export const ls: Command = {
  name: "ls",
  usage: "",
  summary: "List agents: state, name, folder, machine",
  about:
    `Agents that need you come first. AGE is how long the state lasts. An ID may be
shortened, and a name will do, wherever a command asks for an ID.`,
  options: [
    {
      kind: "flag",
      name: "all",
      short: "a",
      summary: "With those that are offline",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 0, max: 0 },
  async run(args) {
    using reached = await connect(args);
    const { nodes } = await fetchAll(reached.rpc);
    const isAll = args.flag("all");
    const shown = sorted(
      nodes.filter(({ state }) => isAll || state.kind !== "offline"),
    );
    if (args.flag("json")) return printJson(shown);
    if (shown.length === 0) {
      const away = nodes.length - shown.length;
      warn(
        away > 0
          ? `No agent is online. ${
            count(away, "agent")
          } offline: hypivisor ls --all`
          : "No agents. Type pi in any folder, or: hypivisor spawn",
      );
      return EXIT.ok;
    }
    const short = shortIds(nodes.map(({ id }) => id));
    const now = Date.now();
    const rows = shown.map((node) => row(node, short.get(node.id) ?? "", now));
    return print(
      table(COLUMNS, rows, {
        width: columnsOf(process.stdout),
        paint: painter(process.stdout),
      }),
    );
  },
};

function sorted(nodes: readonly NodeRecord[]): NodeRecord[] {
  const rank = ({ state }: NodeRecord) => STATE_ORDER.indexOf(state.kind);
  return nodes.toSorted((a, b) =>
    rank(a) - rank(b) || b.state.since - a.state.since
  );
}

function row(node: NodeRecord, id: string, now: number): Cell[] {
  return [
    stateOf(node),
    { text: plain(id) },
    { text: nameOf(node), colour: "bold" },
    { text: shortPath(node.cwd, homedir()) },
    { text: plain(node.machine) },
    { text: sayAge(node.state.since, now) },
    { text: aboutState(node), colour: "dim" },
  ];
}
