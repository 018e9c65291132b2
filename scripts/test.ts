/**
 * Runs the checks and the tests, and says at the end what they came to.
 *
 * Every step is run whatever became of the one before. Run by `scripts/test`,
 * which sets up what is needed; the steps themselves are in `test_steps.ts`.
 */

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { say } from "./say.ts";
import {
  add,
  type Counts,
  NOTHING,
  readReport,
  single,
} from "./test_report.ts";
import {
  type Check,
  CHECKS,
  findTests,
  type Part,
  partOf,
  PARTS,
  PI_VERSIONS,
  type Suite,
  SUITES,
} from "./test_steps.ts";

const REPORTS = "tests/artifacts/junit";

/** A run that hangs must still end with a verdict. */
const MAX_STEP_MS = 15 * 60_000;

/** For one test: real processes, or a thousand lexes, on a busy machine. */
const MAX_TEST_MS = 60_000;

const SKIPPED_CASE = /<testcase[^>]*>\s*<skipped \/>\s*<\/testcase>/g;

interface Row {
  readonly name: string;
  readonly counts: Counts;
  readonly seconds: number;
}

interface Plan {
  readonly parts: ReadonlySet<Part>;
  /** Test files to run, of all parts. */
  readonly files: readonly string[];
  /** `-t` and a pattern, passed on to `bun test`. */
  readonly flags: readonly string[];
}

const rows: Row[] = [];
const plan = readPlan(process.argv.slice(2));
await rm(REPORTS, { recursive: true, force: true });
await mkdir(REPORTS, { recursive: true });

const suites = SUITES.filter(({ part }) => plan.parts.has(part));
await prepare(suites);
if (plan.parts.has("check")) {
  for (const check of CHECKS) await step(check.name, () => runCheck(check));
}
for (const suite of suites) await step(suite.part, () => runSuite(suite));
process.exitCode = summarize() ? 0 : 1;

/** Reads parts, files and flags; a wrong word ends the run at once. */
function readPlan(args: readonly string[]): Plan {
  const known = findTests();
  const parts = new Set<Part>();
  const files: string[] = [];
  const flags: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = (args[i] ?? "").replace(/^\.\//, "");
    const part = PARTS.find((name) => name === arg);
    if (part) parts.add(part);
    else if (known.includes(arg)) files.push(arg);
    else if (arg === "-t") flags.push("-t", args[++i] ?? "");
    else {
      say(`Cannot find "${arg}": must be ${PARTS.join(", ")} or a test file`);
      process.exit(2);
    }
  }
  if (files.length > 0) {
    const own = new Set(files.map(partOf));
    return { parts: new Set([...parts, ...own]), files, flags };
  }
  const all = parts.size > 0 ? parts : new Set(PARTS);
  return { parts: all, files: known, flags };
}

/** Makes ready what tests share, so that its time is not a test's time. */
async function prepare(suites: readonly Suite[]): Promise<void> {
  if (suites.some((suite) => suite.needsPi)) await step("pi", preparePi);
  if (suites.some((suite) => suite.needsBinary)) {
    const command = ["sh", "scripts/build", "--if-stale"];
    await step("build", () => runCheck({ name: "build", command }));
  }
}

/** Installs the versions of pi that the tests run, if they are not there. */
async function preparePi(): Promise<Counts> {
  const harness = "../tests/harness/pi_install.ts";
  if (!existsSync(`${import.meta.dir}/${harness}`)) return NOTHING;
  try {
    const { ensurePi } = await import(harness);
    for (const version of PI_VERSIONS) await ensurePi(version);
    return NOTHING;
  } catch (error) {
    return single(`Cannot prepare pi: ${error}`);
  }
}

async function step(name: string, run: () => Promise<Counts>): Promise<void> {
  say(`\n== ${name}`);
  const startedAt = performance.now();
  const counts = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  rows.push({ name, counts, seconds });
}

async function runCheck({ name, command }: Check): Promise<Counts> {
  return await run(command) === 0 ? single() : single(name);
}

async function runSuite({ part, run }: Suite): Promise<Counts> {
  const files = plan.files.filter((file) => partOf(file) === part);
  if (files.length === 0) {
    say("No tests");
    return NOTHING;
  }
  const timeout = `--timeout=${MAX_TEST_MS}`;
  if (run === "together" || plan.flags.length > 0) {
    return await runFiles(part, files, ["--parallel=2", timeout]);
  }
  let total = NOTHING;
  for (const file of files) {
    const name = file.replaceAll("/", ".");
    total = add(
      total,
      await runFiles(name, [file], [timeout]),
    );
  }
  return total;
}

async function runFiles(
  name: string,
  files: readonly string[],
  flags: readonly string[],
): Promise<Counts> {
  const report = `${REPORTS}/${name}.xml`;
  const exitCode = await run([
    "bun",
    "test",
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...flags,
    ...plan.flags,
    ...files.map((file) => `./${file}`),
  ]);
  const xml = existsSync(report) ? await Bun.file(report).text() : "";
  if (plan.flags.length === 0) return readReport(xml, files, exitCode);
  // With a pattern, a test or file that does not match is no news.
  return readReport(xml.replaceAll(SKIPPED_CASE, ""), [], exitCode);
}

/**
 * Resolves to the exit code; a step that hangs is killed and counts as 124.
 *
 * Each has a process group of its own, ended with it: a test that fails half
 * way leaves daemons behind, which would disturb those that follow.
 */
async function run(command: readonly string[]): Promise<number> {
  const program = command[0] === "bun" ? process.execPath : command[0] ?? "";
  const child = Bun.spawn([program, ...command.slice(1)], {
    detached: true,
    // Flow tests run what is shipped; by themselves they run the source.
    env: { ...process.env, HYPIVISOR_BIN: "dist/hypivisor" },
    stdin: "ignore",
    stdout: 2, // Only the verdict goes to stdout.
    stderr: 2,
  });
  function interrupt(): void {
    endGroup(child.pid);
    process.exit(130);
  }
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    say(`Killed after ${MAX_STEP_MS / 60_000} minutes`);
    endGroup(child.pid);
  }, MAX_STEP_MS);
  const exitCode = await child.exited;
  clearTimeout(timer);
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  endGroup(child.pid);
  return isLate ? 124 : exitCode;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it, which is how it should be.
  }
}

/** Prints the table and the verdict. Returns whether all is well. */
function summarize(): boolean {
  const total = rows.reduce((sum, row) => add(sum, row.counts), NOTHING);
  say("\nstep          passed  failed   seconds");
  for (const { name, counts, seconds } of rows) {
    const passed = String(counts.passed).padStart(8);
    const failed = String(counts.failed).padStart(8);
    const time = seconds.toFixed(1).padStart(10);
    say(`${name.padEnd(12)}${passed}${failed}${time}`);
  }
  for (const { name, reason } of total.skipped) {
    if (reason) say(`SKIPPED: ${name}`);
  }
  // Last, so that it is in the part of a long log that is looked at.
  for (const failure of total.failures) say(`FAILED: ${failure}`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0;
}
