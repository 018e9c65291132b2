/**
 * What the daemon is told by signals: to stop, to stop at once, to read its
 * files again.
 *
 * SIGTERM and SIGINT stop it; a second one takes their grace from services, a
 * third one waits for nothing. SIGHUP has it read the files of services, as
 * daemons do and `systemctl reload` expects, unless it comes from a terminal
 * that was closed: then the daemon ends, and what it runs does not. One that
 * was started by `nohup` goes on.
 */

import { closeSync, openSync, readFileSync } from "node:fs";
import { EXIT } from "./output.ts";

/** Killing services takes milliseconds; the runner does it, with us or not. */
const HURRY_WITHIN_MS = 2_000;

/** What the daemon does for a signal, but stop. */
export interface Obedient {
  reload(): void;
  hurry(): Promise<void>;
}

export interface Signals {
  /** The first wish to stop, by its signal. */
  readonly stop: Promise<NodeJS.Signals>;
  /** From now on there is somebody to do more than to stop. */
  obeyedBy(daemon: Obedient): void;
}

export function hearSignals(): Signals {
  const { promise: stop, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let daemon: Obedient | undefined;
  let stops = 0;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      stops++;
      if (stops === 1) return resolve(name);
      if (stops > 2 || !daemon) process.exit(EXIT.failed);
      void Promise.race([daemon.hurry(), Bun.sleep(HURRY_WITHIN_MS)])
        .finally(() => process.exit(EXIT.failed));
    });
  }
  const needsTerminal = hasTerminal() && !ignoresHangups();
  process.on("SIGHUP", () => {
    if (needsTerminal && !hasTerminal()) return resolve("SIGHUP");
    daemon?.reload();
  });
  return { stop, obeyedBy: (one) => void (daemon = one) };
}

/** Whether it can be reached from a terminal: one that was closed has gone. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/** Whether `nohup` started us. Known on Linux, and before there is a handler. */
function ignoresHangups(): boolean {
  try {
    const status = readFileSync("/proc/self/status", "latin1");
    // SIGHUP is 1, and its bit the last one.
    const [, digit = "0"] = /^SigIgn:.*(\w)$/m.exec(status) ?? [];
    return (Number.parseInt(digit, 16) & 1) === 1;
  } catch {
    return false;
  }
}
