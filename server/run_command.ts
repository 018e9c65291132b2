/**
 * Runs a short command and hands back what it said: for programs of the system
 * that answer at once, never for anything that stays.
 */

export interface CommandResult {
  /** Undefined if there is no such program, or it did not end in time. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunCommand = (
  command: readonly [string, ...string[]],
) => Promise<CommandResult>;

/** `systemctl enable --now` waits for the daemon to be up. */
const TIMEOUT_MS = 60_000;

/** Of each stream; these programs say a few lines. */
const OUTPUT_MAX = 256 * 1024;

/** Runs a command. Never rejects. */
export const runCommand: RunCommand = async (command) => {
  try {
    const child = Bun.spawn([...command], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: OUTPUT_MAX,
      // Their words are matched.
      env: { ...process.env, LC_ALL: "C", SYSTEMD_PAGER: "" },
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    await child.exited;
    return { code: child.exitCode ?? undefined, stdout, stderr };
  } catch {
    return { code: undefined, stdout: "", stderr: "" };
  }
};
