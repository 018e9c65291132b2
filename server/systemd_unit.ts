/**
 * The text of a systemd user unit that runs the daemon.
 *
 * A function of what it is given; `login_item.ts` puts it where it belongs.
 */

export interface ProgramToStart {
  /** Absolute path of the program, then its arguments. */
  readonly command: readonly [string, ...string[]];
  /**
   * As at a login shell: its PATH, in which programs that are started are
   * looked up, and where the folders of config and state are, if it says.
   */
  readonly env: Readonly<Record<string, string>>;
}

/** Tells a file of ours from one that somebody wrote. */
export const UNIT_MARK = "# Written by: hypivisor service install";

export const UNIT_NAME = "hypivisor.service";

/** @throws nothing; whatever the paths hold is quoted. */
export function systemdUnit({ command, env }: ProgramToStart): string {
  const environment = Object.entries(env)
    .map(([name, value]) => `Environment=${quote(`${name}=${value}`)}\n`);
  return `${UNIT_MARK}
[Unit]
Description=Hyper-Pi: every running pi in one live page
# Never gives up: whatever is in the way may go away.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command.map(quoteArgument).join(" ")}
# Reads the files of services again.
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=%h
${environment.join("")}Restart=on-failure
RestartSec=5
# The runner is started by the daemon and outlives it, with every terminal,
# agent and service: only the daemon is this unit's to end.
KillMode=process
# Longer than it waits itself for services to stop.
TimeoutStopSec=100
# One agent that takes too much memory is no reason to stop the rest.
OOMPolicy=continue

[Install]
WantedBy=default.target
`;
}

/** As `quote`, and safe from variables, which only a command line has. */
function quoteArgument(text: string): string {
  return quote(text.replaceAll("$", () => "$$"));
}

/** Quoted for systemd: escapes as in C, and no specifiers. */
function quote(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("%", "%%")
    .replaceAll("\n", "\\n");
  return /^[\w@%+=:,./-]+$/.test(text) ? escaped : `"${escaped}"`;
}
