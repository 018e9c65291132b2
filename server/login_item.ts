/**
 * The daemon as a login item: installed, taken away, and asked about.
 *
 * systemd on Linux, launchd on macOS. Their commands are run by a function that
 * is an argument; the texts of their files are made elsewhere.
 */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { HypivisorError } from "./errors.ts";
import { AGENT_LABEL, AGENT_MARK, launchdAgent } from "./launchd_agent.ts";
import type { CommandResult, RunCommand } from "./run_command.ts";
import {
  type ProgramToStart,
  systemdUnit,
  UNIT_MARK,
  UNIT_NAME,
} from "./systemd_unit.ts";

export interface LoginItemParts {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly run: RunCommand;
}

export interface InstalledItem {
  readonly file: string;
  readonly what: "installed" | "updated" | "unchanged";
  /** What a person may still want to do. */
  readonly hints: readonly string[];
}

export type LoginItemStatus =
  | { readonly kind: "absent"; readonly file: string }
  | {
    readonly kind: "installed";
    readonly file: string;
    /** Whether it starts at login, and whether it runs now. */
    readonly isEnabled: boolean;
    readonly isRunning: boolean;
    readonly hints: readonly string[];
  };

/**
 * Has the daemon start at login, and starts it now.
 *
 * @throws {HypivisorError} `unavailable` if nothing here can do that.
 * @throws {HypivisorError} `conflict` if the file is not one of ours.
 */
export async function installLoginItem(
  parts: LoginItemParts,
  program: ProgramToStart,
  logFile: string,
): Promise<InstalledItem> {
  const system = systemOf(parts);
  await system.reach();
  const text = system.kind === "systemd"
    ? systemdUnit(program)
    : launchdAgent(program, { home: parts.home, logFile });
  const before = ownText(system);
  // What launchd runs is ended by enabling it; systemd lets it go on.
  const goesOn = system.kind === "systemd" && before !== undefined &&
    before !== text && (await system.look()).isRunning;
  if (before !== text) replace(system.file, text);
  await system.enable();
  const what = before === undefined
    ? "installed"
    : before === text
    ? "unchanged"
    : "updated";
  const hints = goesOn
    ? [RESTART, ...await system.hints()]
    : await system.hints();
  return { file: system.file, what, hints };
}

const RESTART =
  `What runs goes on as it was started. To start it anew, and its services: systemctl --user restart ${UNIT_NAME}`;

/** Undoes `installLoginItem`. False if there was nothing to undo. */
export async function uninstallLoginItem(
  parts: LoginItemParts,
): Promise<boolean> {
  const system = systemOf(parts);
  if (ownText(system) === undefined) return false;
  await system.reach();
  await system.disable();
  rmSync(system.file);
  await system.forget();
  return true;
}

export async function loginItemStatus(
  parts: LoginItemParts,
): Promise<LoginItemStatus> {
  const system = systemOf(parts);
  const { file } = system;
  if (!existsSync(file)) return { kind: "absent", file };
  await system.reach();
  return {
    kind: "installed",
    file,
    ...await system.look(),
    hints: await system.hints(),
  };
}

/** What starts programs at login, each in its own words. */
interface LoginSystem {
  readonly kind: "systemd" | "launchd";
  readonly file: string;
  readonly mark: string;
  /** @throws {HypivisorError} `unavailable` if it does not answer. */
  reach(): Promise<void>;
  enable(): Promise<void>;
  disable(): Promise<void>;
  forget(): Promise<void>;
  look(): Promise<{ isEnabled: boolean; isRunning: boolean }>;
  hints(): Promise<string[]>;
}

function systemOf(parts: LoginItemParts): LoginSystem {
  switch (parts.platform) {
    case "linux":
      return systemd(parts);
    case "darwin":
      return launchd(parts);
    default:
      throw unavailable(`not known how on ${parts.platform}`);
  }
}

function systemd({ home, env, uid, run }: LoginItemParts): LoginSystem {
  const base = env.XDG_CONFIG_HOME?.startsWith("/")
    ? env.XDG_CONFIG_HOME
    : join(home, ".config");
  const file = join(base, "systemd", "user", UNIT_NAME);
  const control = (...words: string[]) =>
    run(["systemctl", "--user", ...words]);
  return {
    kind: "systemd",
    file,
    mark: UNIT_MARK,
    async reach() {
      const answer = await control("show", "--property=Version");
      if (answer.code === 0) return;
      throw unavailable(
        answer.code === undefined
          ? `there is no systemd here. ${CONTAINER}`
          : `systemd does not run for this user (${
            said(answer)
          }). ${CONTAINER}`,
      );
    },
    async enable() {
      must("reload systemd", await control("daemon-reload"));
      must("start it", await control("enable", "--now", UNIT_NAME));
    },
    async disable() {
      must("stop it", await control("disable", "--now", UNIT_NAME));
    },
    async forget() {
      must("reload systemd", await control("daemon-reload"));
    },
    async look() {
      const enabled = await control("is-enabled", UNIT_NAME);
      const active = await control("is-active", UNIT_NAME);
      return {
        isEnabled: enabled.stdout.trim() === "enabled",
        isRunning: active.stdout.trim() === "active",
      };
    },
    async hints() {
      const words = ["show-user", String(uid), "--property=Linger"];
      const { stdout } = await run(["loginctl", ...words]);
      if (stdout.trim() !== "Linger=no") return [];
      return [
        "It ends when you log out. To have it run without you: loginctl enable-linger",
      ];
    },
  };
}

const CONTAINER =
  "In a container, let whatever starts the container start hypivisor";

function launchd({ home, uid, run }: LoginItemParts): LoginSystem {
  const file = join(home, "Library", "LaunchAgents", `${AGENT_LABEL}.plist`);
  const domain = `gui/${uid}`;
  const target = `${domain}/${AGENT_LABEL}`;
  const control = (...words: string[]) => run(["launchctl", ...words]);
  return {
    kind: "launchd",
    file,
    mark: AGENT_MARK,
    async reach() {
      const answer = await control("print", domain);
      if (answer.code === 0) return;
      throw unavailable(
        answer.code === undefined
          ? "there is no launchd here"
          : `nobody is logged in at the screen (${said(answer)})`,
      );
    },
    async enable() {
      // What runs by an older file has to go first; usually nothing does.
      await control("bootout", target);
      must("enable it", await control("enable", target));
      must("start it", await control("bootstrap", domain, file));
    },
    async disable() {
      await control("bootout", target); // It may not run.
    },
    forget: () => Promise.resolve(),
    async look() {
      const { code, stdout } = await control("print", target);
      return {
        isEnabled: code === 0,
        isRunning: /^\s*state = running$/m.test(stdout),
      };
    },
    hints: () => Promise.resolve([]),
  };
}

/** The file's text if it is ours, undefined if there is none. */
function ownText({ file, mark }: LoginSystem): string | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (text.includes(mark)) return text;
  throw new HypivisorError(
    "conflict",
    `Cannot change "${file}": it was not written by hypivisor`,
  );
}

function replace(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.tmp`;
  writeFileSync(next, text, { mode: 0o644 });
  renameSync(next, file);
}

function must(what: string, answer: CommandResult): void {
  if (answer.code !== 0) {
    throw new HypivisorError("unavailable", `Cannot ${what}: ${said(answer)}`);
  }
}

function said({ code, stderr, stdout }: CommandResult): string {
  const line = (stderr || stdout).trim().split("\n").at(-1) ?? "";
  return line || `exit code ${code}`;
}

function unavailable(why: string): HypivisorError {
  return new HypivisorError(
    "unavailable",
    `Cannot start hypivisor at login: ${why}`,
  );
}
