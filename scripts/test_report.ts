/**
 * What a run of tests came to: reads JUnit files and adds up counts.
 *
 * Strict on purpose. A file that left no trace in the report counts as failed
 * (Bun 1.4.5 omits one that throws while it loads), and so does a skipped test
 * that does not say why in its name.
 */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What failed, and what it said. */
  readonly failures: readonly string[];
  /** Names of tests that did not run, with their reason if they have one. */
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly name: string;
  /** Taken from a name like "… (skipped: pi is not installed)". */
  readonly reason: string | undefined;
}

export const NOTHING: Counts = {
  passed: 0,
  failed: 0,
  failures: [],
  skipped: [],
};

/** Of what a test that failed said; a difference of texts has its end there. */
const SAID_MAX_LINES = 20;

/** Adds up. Skipped tests without a reason are already in `failed`. */
export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    failures: [...a.failures, ...b.failures],
    skipped: [...a.skipped, ...b.skipped],
  };
}

/**
 * Counts one thing that can only succeed or fail.
 *
 * @param failure What to say of it; absent if it succeeded.
 */
export function single(failure?: string): Counts {
  return failure === undefined
    ? { ...NOTHING, passed: 1 }
    : { ...NOTHING, failed: 1, failures: [failure] };
}

/**
 * Reads a JUnit report.
 *
 * @param xml Empty if none was written.
 * @param files Test files that should be in it, relative to the root.
 * @param exitCode Of the run: if it failed, at least one failure is counted.
 */
export function readReport(
  xml: string,
  files: readonly string[],
  exitCode: number,
): Counts {
  let total: Counts = NOTHING;
  const cases = xml.matchAll(
    /<testcase\s+name="([^"]*)"([^>]*?)(?:\/>|>([^]*?)<\/testcase>)/g,
  );
  for (const [, name = "", attributes = "", inside = ""] of cases) {
    const file = /file="([^"]*)"/.exec(attributes)?.[1] ?? "";
    total = add(total, readCase(unescape(file), unescape(name), inside));
  }
  const reported = new Set(
    [...xml.matchAll(/<testsuite [^>]*file="([^"]*)"/g)].map((match) =>
      unescape(match[1] ?? "")
    ),
  );
  for (const file of files) {
    if (reported.has(file)) continue;
    total = add(total, single(`${file}: left no trace in the report`));
  }
  if (exitCode === 0 || total.failed > 0) return total;
  return add(total, single(`${files.join(" ")}: exit code ${exitCode}`));
}

function readCase(file: string, name: string, inside: string): Counts {
  if (!inside.includes("<skipped")) {
    const failure = /<(?:failure|error)\b([^>]*)>/.exec(inside)?.[1];
    if (failure === undefined) return single();
    const said = /message="([^"]*)"/.exec(failure)?.[1] ?? "";
    return single(`${file}: ${name}\n${shorten(unescape(said))}`);
  }
  const reason = /\(skipped: (.+)\)$/.exec(name)?.[1];
  const counted = reason
    ? NOTHING
    : single(`${name}: skipped, without saying why`);
  return { ...counted, skipped: [{ name, reason }] };
}

/** The whole of it stands where the test ran. */
function shorten(said: string): string {
  const lines = said.split("\n");
  if (lines.length <= SAID_MAX_LINES) return said;
  return ["…", ...lines.slice(-SAID_MAX_LINES)].join("\n");
}

function unescape(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#10;", "\n")
    .replaceAll("&amp;", "&");
}
