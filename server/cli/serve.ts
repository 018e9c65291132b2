/**
 * `hypivisor` without a command: the daemon, in the foreground.
 *
 * Turns flags into a config, starts, tells on stderr how to get in, waits for
 * a signal, and maps what went wrong to an exit code.
 */

import {
  type Config,
  DEFAULT_PORT,
  type Flags,
  readConfig,
} from "../config.ts";
import { HypivisorError } from "../errors.ts";
import { findPortHolder } from "../port_holder.ts";
import { setLogLevel } from "../log.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { EXIT, warn } from "./output.ts";
import { hearSignals } from "./signals.ts";

export const serve: Command = {
  name: "serve",
  usage: "",
  summary: "Run the daemon; hypivisor alone does the same",
  about:
    `Run it, open the address it prints, and type "pi" in any folder. Agents appear
by themselves once pi has the extension: pi install npm:pi-socket`,
  options: [
    {
      kind: "value",
      name: "port",
      short: "p",
      value: "N",
      summary: `Port to listen on (${DEFAULT_PORT}; 0 chooses a free one)`,
    },
    {
      kind: "value",
      name: "host",
      value: "ADDRESS",
      summary: "Address to listen on (127.0.0.1)",
    },
    {
      kind: "value",
      name: "node-ttl",
      short: "t",
      value: "S",
      summary:
        "Seconds an offline agent stays listed for clients of the original (30). The page keeps showing it",
    },
    {
      kind: "value",
      name: "data-dir",
      value: "DIR",
      completion: "folder",
      summary:
        "Where the token and the database are ($XDG_STATE_HOME/hypivisor)",
    },
    {
      kind: "flag",
      name: "store",
      isOn: true,
      summary: "Keep nothing on disk but the token",
    },
    {
      kind: "value",
      name: "token-file",
      value: "FILE",
      completion: "file",
      summary: "Read the token from FILE instead of making one",
    },
    {
      kind: "flag",
      name: "auth",
      isOn: true,
      summary: "Let every program on this machine in (loopback only)",
    },
    {
      kind: "list",
      name: "allow-origin",
      value: "URL",
      summary: "Let pages of this origin connect (repeatable)",
    },
    {
      kind: "list",
      name: "allow-host",
      value: "NAME",
      summary: "Answer to this Host name (repeatable)",
    },
    {
      kind: "flag",
      name: "terminals",
      isOn: true,
      summary: "Open no terminals, start no agents and no services",
    },
    {
      kind: "value",
      name: "max-terminals",
      value: "N",
      summary: "How many terminals may run at once (64)",
    },
    {
      kind: "value",
      name: "log-level",
      value: "LEVEL",
      completion: ["debug", "info", "warn", "error"],
      summary: "debug, info, warn or error (info)",
    },
  ],
  notes: `Environment:
  HYPI_TOKEN             The token, instead of one that is made and kept
  HYPI_LOG               The log level, where --log-level is not given

Signals:
  TERM, INT              Stop, and services with it; twice: at once
  HUP                    Read the files of services again. When its terminal is
                         closed: end, and leave services running`,
  positionals: { min: 0, max: 0 },
  run(args) {
    const config = configOf(args);
    setLogLevel(config.logLevel);
    return runUntilSignal(config);
  },
};

/** @throws {UsageError} naming the flag and what it takes. */
export function configOf(args: Arguments): Config {
  const flags: Flags = {
    port: args.value("port"),
    host: args.value("host"),
    "node-ttl": args.value("node-ttl"),
    "data-dir": args.value("data-dir"),
    store: args.flag("store"),
    "token-file": args.value("token-file"),
    auth: args.flag("auth"),
    "allow-origin": args.list("allow-origin"),
    "allow-host": args.list("allow-host"),
    "log-level": args.value("log-level"),
    terminals: args.flag("terminals"),
    "max-terminals": args.value("max-terminals"),
  };
  try {
    return readConfig(flags, process.env);
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    throw new UsageError(thrown.message);
  }
}

async function runUntilSignal(config: Config): Promise<number> {
  // What the daemon starts must not inherit what was meant for Bun itself.
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("BUN_")) delete process.env[name];
  }
  // Before anyone is told that it is there.
  const wishes = hearSignals();
  try {
    // Other commands do without it, and are there sooner.
    const { startDaemon } = await import("../app.ts");
    const daemon = startDaemon(config);
    wishes.obeyedBy(daemon);
    warn(`Page: ${daemon.signInUrl}`);
    warn("Hypivisor online");
    const why = await Promise.race([wishes.stop, daemon.asked]);
    // A terminal that was closed is not the wish to stop what runs.
    await daemon.close(why !== "SIGHUP");
    return EXIT.ok;
  } catch (thrown) {
    warn(`hypivisor: ${explain(thrown, config)}`);
    return EXIT.failed;
  }
}

function explain(thrown: unknown, { host, port }: Config): string {
  if (thrown instanceof HypivisorError) return thrown.message;
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const holder = findPortHolder(port);
    const who = holder
      ? ` "${holder.name}" (pid ${holder.pid}) is using it. Stop it with "kill ${holder.pid}"`
      : " another program is using it. Stop that";
    return `Cannot listen on port ${port}:${who}, or choose another port with --port`;
  }
  if (code === "EACCES") {
    return `Cannot listen on port ${port}: not allowed. Choose one above 1023 with --port`;
  }
  if (code === "EADDRNOTAVAIL" || /listen/i.test(message)) {
    return `Cannot listen on "${host}" port ${port}: ${message}`;
  }
  return message;
}
