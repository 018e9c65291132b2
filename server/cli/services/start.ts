/** `hypivisor start`, `restart` and `reload`: services, by their names. */

import type { Command } from "../command.ts";
import { connect } from "../connect.ts";
import { print, printJson, SERVICE_EXIT } from "../output.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "../target.ts";
import {
  act,
  ACT_WITHIN_MS,
  ALL_OPTION,
  choiceOf,
  NOW_OPTION,
} from "./acts.ts";
import { ConfigFaultsError } from "./faults.ts";

const NAMES = { min: 0, max: Infinity, completion: ["service"] } as const;

export const start: Command = {
  name: "start",
  usage: "NAME…",
  summary: "Start services, and wait until they are ready",
  about: "One that had failed gets all its restarts again.",
  group: "services",
  isOfServices: true,
  options: [ALL_OPTION, JSON_OPTION, ...TARGET_OPTIONS],
  positionals: NAMES,
  run(args) {
    const choice = choiceOf(args);
    return act(args, async (rpc) => {
      const { started, alreadyRunning, refused } = await rpc.call(
        "start_services",
        choice,
        ACT_WITHIN_MS,
      );
      return {
        done: [["started", started], ["already_running", alreadyRunning]],
        refused,
      };
    });
  },
};

export const restart: Command = {
  name: "restart",
  usage: "NAME…",
  summary: "Restart services; stopped ones are started",
  group: "services",
  isOfServices: true,
  options: [ALL_OPTION, NOW_OPTION, JSON_OPTION, ...TARGET_OPTIONS],
  positionals: NAMES,
  run(args) {
    const choice = choiceOf(args);
    const now = args.flag("now");
    return act(args, async (rpc) => {
      const { restarted, refused } = await rpc.call(
        "restart_services",
        { ...choice, now },
        ACT_WITHIN_MS,
      );
      return { done: [["restarted", restarted]], refused };
    });
  },
};

export const reload: Command = {
  name: "reload",
  usage: "",
  summary: "Read the files of services again, and follow them",
  about:
    `What is new is started, what is gone is stopped, and what has changed is
restarted. With a fault in any file nothing is changed, and the exit code is 3.`,
  group: "services",
  isOfServices: true,
  options: [JSON_OPTION, ...TARGET_OPTIONS],
  positionals: { min: 0, max: 0 },
  async run(args) {
    using reached = await connect(args);
    const result = await reached.rpc.call("reload_services", {}, ACT_WITHIN_MS);
    if (result.kind === "refused") {
      const { faults } = result;
      if (!args.flag("json")) throw new ConfigFaultsError(faults);
      printJson({ faults });
      return SERVICE_EXIT.config;
    }
    const { kind: _, ...lists } = result;
    if (args.flag("json")) return printJson(lists);
    const { added, removed, changed, unchanged } = lists;
    const lines = Object.entries({ added, removed, changed, unchanged })
      .map(([what, names]) => `${what}: ${names.join(", ")}`.trimEnd() + "\n");
    return print(lines.join(""));
  },
};
