/** `hypivisor service`: the daemon as what the system starts at login. */

import { homedir } from "node:os";
import { isAbsolute } from "node:path";
import type { Config } from "../../config.ts";
import {
  installLoginItem,
  loginItemStatus,
  uninstallLoginItem,
} from "../../login_item.ts";
import { runCommand } from "../../run_command.ts";
import { type Command, UsageError } from "../command.ts";
import { EXIT, print, printJson, warn } from "../output.ts";
import { ownCommand } from "../own_command.ts";
import { parse } from "../parse.ts";
import { configOf, serve } from "../serve.ts";
import { logFileOf } from "../start_daemon.ts";
import { JSON_OPTION } from "../target.ts";

export const service: Command = {
  name: "service",
  usage: "install|uninstall|status [-- OPTION…]",
  summary: "Have the daemon start at login",
  about:
    `By systemd or launchd, for this user, with the PATH of this shell. systemctl
--user reload hypivisor has it read the files of services again. What stands
behind -- are its options: hypivisor service install -- --port 8080`,
  group: "services",
  options: [JSON_OPTION],
  positionals: {
    min: 1,
    max: 1,
    completion: [["install", "uninstall", "status"]],
    hasRest: true,
  },
  async run(args) {
    const { env } = process;
    const parts = {
      platform: process.platform,
      home: env.HOME || homedir(),
      env,
      uid: process.getuid?.() ?? 0,
      run: runCommand,
    };
    const isJson = args.flag("json");
    switch (args.words[0]) {
      case "install": {
        const [program = "hypivisor", ...own] = ownCommand();
        const options = args.rest ?? [];
        const { dataDir } = readOptions(options);
        const item = await installLoginItem(parts, {
          command: [program, ...own, "serve", ...options],
          env: shellEnv(env),
        }, logFileOf(dataDir));
        if (isJson) return printJson(item);
        print(`${item.what}: ${item.file}\n`);
        for (const hint of item.hints) warn(hint);
        return EXIT.ok;
      }
      case "uninstall": {
        const wasThere = await uninstallLoginItem(parts);
        if (isJson) return printJson({ uninstalled: wasThere });
        warn(
          wasThere
            ? "It is stopped, with its services, and does not start at login any more"
            : "It was not installed",
        );
        return EXIT.ok;
      }
      case "status": {
        const item = await loginItemStatus(parts);
        if (isJson) return printJson(item);
        if (item.kind === "absent") {
          warn(`Not installed: there is no "${item.file}"`);
          return EXIT.failed;
        }
        print(
          `installed: ${item.file}\nstarts at login: ${
            item.isEnabled ? "yes" : "no"
          }\nruns now: ${item.isRunning ? "yes" : "no"}\n`,
        );
        for (const hint of item.hints) warn(hint);
        return EXIT.ok;
      }
      default:
        throw new UsageError(`Unknown argument "${args.words[0]}"`);
    }
  },
};

/**
 * The daemon's own options, as it will read them at login.
 *
 * @throws {UsageError} where it would refuse them, or look elsewhere.
 */
function readOptions(options: readonly string[]): Config {
  const args = parse(options, serve);
  for (const name of ["data-dir", "token-file"]) {
    const path = args.value(name);
    if (path === undefined || isAbsolute(path)) continue;
    throw new UsageError(
      `Cannot use --${name} "${path}": at login it must be an absolute path`,
    );
  }
  return configOf(args);
}

/** What the daemon would miss that is not started from this shell. */
const PASSED_ON = ["PATH", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] as const;

function shellEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => env[name] ? [[name, env[name]]] : []),
  );
}
