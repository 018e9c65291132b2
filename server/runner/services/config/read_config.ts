/**
 * Reads one service's file into a config, or into all of its faults.
 *
 * Knows the schema and nothing of the disk: the text is an argument. What
 * concerns several files at once is in `folder.ts`.
 */

import {
  SERVICE_NAME_MAX,
  type ServiceName,
  type ServiceTransport,
} from "../../../protocol/service.ts";
import type { ProcessConfig, ReadConfig, ServiceRules } from "./config.ts";
import { type KdlNode, parseDocument } from "./document.ts";
import { readEnv, readInherit, readSecrets } from "./environment_fields.ts";
import { Faults, TOP } from "./faults.ts";
import {
  type Field,
  type Read,
  readChoice,
  readDuration,
  readFlag,
  readInteger,
  readNodes,
  readString,
  readStrings,
} from "./fields.ts";
import { expandHome, placeOn } from "./paths.ts";
import {
  healthBlock,
  healthRules,
  isUrlPath,
  lackOf,
  readyBlock,
  readyRules,
} from "./probe_sections.ts";
import {
  limitsBlock,
  limitsOf,
  logBlock,
  logRules,
  restartBlock,
  restartRules,
  stopBlock,
  stopRules,
} from "./sections.ts";

const PORT_MAX = 65_535;

const READERS = {
  command: readStrings("expected string argument"),
  args: readStrings(),
  transport: readChoice("transport", ["http", "stdio", "none"]),
  port: readInteger({
    min: 0,
    max: PORT_MAX,
    outside: (text) => `port ${text} out of u16 range`,
  }),
  path: readPath,
  "working-dir": readString,
  env: readEnv,
  "env-inherit": readInherit,
  "env-file": readStrings("expected string"),
  secrets: readSecrets,
  autostart: readFlag,
  start: readChoice("start", ["eager", "lazy"]),
  "idle-stop": readDuration,
  after: readStrings("expected string"),
  restart: restartBlock,
  ready: readyBlock,
  health: healthBlock,
  stop: stopBlock,
  "on-daemon-exit": readChoice("on-daemon-exit", ["keep", "kill"]),
  log: logBlock,
  limits: limitsBlock,
} as const;

type Found = Read<typeof READERS>;

export interface ConfigFile {
  /** Stem of the file. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly text: string;
}

/** @param home What `~` stands for, and where services run by default. */
export function readConfig(
  { name: stem, file, text }: ConfigFile,
  home: string,
): ReadConfig {
  const name = stem as ServiceName;
  const faults = new Faults(file);
  checkName(stem, faults);
  const nodes = parseDocument(text, faults);
  if (!nodes) return { ok: false, name, file, faults: faults.list() };
  const source = new Source(nodes, faults);
  const process = processOf(source, home);
  const rules = rulesOf(source, process);
  if (faults.any) return { ok: false, name, file, faults: faults.list() };
  const places = {
    port: source.node("port")?.place ?? TOP,
    after: source.node("after")?.place ?? TOP,
  };
  const warnings = warningsOf(process, rules);
  const config = { name, file, process, rules, warnings, places };
  return { ok: true, config };
}

/** What may be meant, and most likely is not. */
function warningsOf(
  { command, port, transport }: ProcessConfig,
  { start }: ServiceRules,
): string[] {
  const warnings: string[] = [];
  if (port === undefined && command.some((word) => word.includes("{port}"))) {
    warnings.push("`{port}` stays as it is: it has no `port`");
  }
  if (start === "lazy" && port === undefined && transport !== "stdio") {
    warnings.push(
      'with `start "lazy"` no client can start it: it has no `port`, nor `transport "stdio"`',
    );
  }
  return warnings;
}

export function isServiceName(text: string): boolean {
  return /^[a-z0-9_-]+$/.test(text) && text.length <= SERVICE_NAME_MAX;
}

function checkName(name: string, faults: Faults): void {
  if (!/^[a-z0-9_-]+$/.test(name)) {
    const allowed = "(allowed: a-z, 0-9, '-', '_')";
    const message = `server name \`${name}\` contains invalid characters`;
    faults.add(TOP, `${message} ${allowed}`);
  } else if (name.length > SERVICE_NAME_MAX) {
    const bound = `longer than ${SERVICE_NAME_MAX} characters`;
    faults.add(TOP, `server name \`${name}\` is ${bound}`);
  }
}

/** What was found in a file, and where. */
class Source {
  readonly found: Found;
  readonly faults: Faults;
  readonly #nodes: readonly KdlNode[];

  constructor(nodes: readonly KdlNode[], faults: Faults) {
    this.#nodes = nodes;
    this.faults = faults;
    this.found = readNodes(nodes, READERS, { faults });
  }

  node(name: keyof typeof READERS): KdlNode | undefined {
    return this.#nodes.find((node) => node.name === name);
  }

  refuse(name: keyof typeof READERS, why: string): void {
    this.faults.invalid(name, this.node(name)?.place ?? TOP, why);
  }
}

function processOf(source: Source, home: string): ProcessConfig {
  const { found, faults } = source;
  if (!source.node("command")) faults.missing("command");
  const [program, ...args] = [...found.command ?? [], ...found.args ?? []];
  if (program === "") source.refuse("command", "expected string argument");
  const workingDir = placeOn(home, expand(source, "working-dir", home));
  const transport = found.transport ?? transportOf(found);
  const port = found.port ?? (transport === "http" ? 0 : undefined);
  for (const key of found.secrets?.keys() ?? []) {
    if (found.env?.has(key)) {
      source.refuse("secrets", `\`${key}\` is in \`env\` too`);
    }
  }
  return {
    command: program ? [expandHome(program, home), ...args] : [],
    workingDir,
    env: Object.fromEntries(found.env ?? []),
    envInherit: found["env-inherit"] ?? [],
    envFiles: (found["env-file"] ?? []).map((file) =>
      placeOn(workingDir, expandHome(file, home))
    ),
    secrets: Object.fromEntries(
      [...found.secrets ?? []].map(([key, secret]) => [
        key,
        secret.kind === "file"
          ? {
            ...secret,
            path: placeOn(workingDir, expandHome(secret.path, home)),
          }
          : secret,
      ]),
    ),
    transport,
    ...(port === undefined ? {} : { port }),
    ...(found.path === undefined ? {} : { path: found.path }),
    ...(found.limits ? { limits: limitsOf(found.limits) } : {}),
  };
}

function transportOf(found: Found): ServiceTransport {
  return found.port === undefined ? "none" : "http";
}

function rulesOf(source: Source, process: ProcessConfig): ServiceRules {
  const { found, faults } = source;
  const at = (name: "restart" | "health" | "log") => source.node(name);
  const ready = readyRules(found.ready, process);
  const health = healthRules(found.health, ready, {
    node: at("health"),
    faults,
  });
  const lack = lackOf(ready.probe, process);
  if (lack) source.refuse("ready", lack);
  else if (health) {
    const healthLack = lackOf(health.probe, process);
    if (healthLack) source.refuse("health", healthLack);
  }
  const start = found.start ?? "eager";
  if (found["idle-stop"] !== undefined && start !== "lazy") {
    source.refuse("idle-stop", 'needs `start "lazy"`');
  }
  return {
    autostart: found.autostart ?? true,
    start,
    ...(found["idle-stop"] ? { idleStopMs: found["idle-stop"] } : {}),
    after: [...new Set(found.after ?? [])] as ServiceName[],
    restart: restartRules(found.restart ?? {}, at("restart"), faults),
    ready,
    ...(health ? { health } : {}),
    stop: stopRules(found.stop),
    onDaemonExit: found["on-daemon-exit"] ?? "kill",
    log: logRules(found.log, { node: at("log"), faults }),
  };
}

function readPath(field: Field): string | undefined {
  const path = readString(field);
  if (path === undefined || isUrlPath(path)) return path;
  const why = "expected a path that begins with /";
  field.faults.invalid(field.field, field.node.place, why);
  return undefined;
}

function expand(source: Source, key: "working-dir", home: string): string {
  const text = source.found[key];
  if (text === undefined) return home;
  if (/^~[^/]/.test(text)) {
    source.refuse(key, "another user's `~` is not known: give the whole path");
  }
  return expandHome(text, home);
}
