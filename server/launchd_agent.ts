/**
 * The text of a launchd agent that runs the daemon.
 *
 * A function of what it is given; `login_item.ts` puts it where it belongs.
 */

import type { ProgramToStart } from "./systemd_unit.ts";

/** Tells a file of ours from one that somebody wrote. */
export const AGENT_MARK = "<!-- Written by: hypivisor service install -->";

export const AGENT_LABEL = "hyper-pi.hypivisor";

export interface AgentPlaces {
  /** Where it runs, as from a login shell. */
  readonly home: string;
  /** Takes what the daemon writes: launchd keeps no log itself. */
  readonly logFile: string;
}

export function launchdAgent(
  { command, env }: ProgramToStart,
  { home, logFile }: AgentPlaces,
): string {
  const environment = Object.entries(env)
    .map(([name, value]) => `    <key>${name}</key>\n    ${string(value)}\n`);
  const words = command.map((word) => `    ${string(word)}\n`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
${AGENT_MARK}
<plist version="1.0">
<dict>
  <key>Label</key>
  ${string(AGENT_LABEL)}
  <key>ProgramArguments</key>
  <array>
${words}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${environment.join("")}  </dict>
  <key>WorkingDirectory</key>
  ${string(home)}
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <!-- Longer than it waits itself for services to stop. -->
  <key>ExitTimeOut</key>
  <integer>100</integer>
  <!-- The runner outlives the daemon, with all that it holds. -->
  <key>AbandonProcessGroup</key>
  <true/>
  <key>StandardErrorPath</key>
  ${string(logFile)}
</dict>
</plist>
`;
}

function string(text: string): string {
  const escaped = text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return `<string>${escaped}</string>`;
}
