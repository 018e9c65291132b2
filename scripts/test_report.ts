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
  /** Names of tests that did not run, with their reason if they have one. */
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly name: string;
  /** Taken from a name like "… (skipped: pi is not installed)". */
  readonly reason: string | undefined;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: [] };

/** Adds up. Skipped tests without a reason are already in `failed`. */
export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: [...a.skipped, ...b.skipped],
  };
}

/** Counts one thing that can only succeed or fail. */
export function single(ok: boolean): Counts {
  return { ...NOTHING, passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
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
    /<testcase\s+name="([^"]*)"[^>]*?(?:\/>|>([^]*?)<\/testcase>)/g,
  );
  for (const [, name = "", inside = ""] of cases) {
    total = add(total, readCase(unescape(name), inside));
  }
  const reported = new Set(
    [...xml.matchAll(/<testsuite [^>]*file="([^"]*)"/g)].map((match) =>
      unescape(match[1] ?? "")
    ),
  );
  const lost = files.filter((file) => !reported.has(file)).length;
  total = add(total, { ...NOTHING, failed: lost });
  if (exitCode === 0 || total.failed > 0) return total;
  return add(total, single(false));
}

function readCase(name: string, inside: string): Counts {
  if (!inside.includes("<skipped")) {
    return single(!/<(?:failure|error)\b/.test(inside));
  }
  const reason = /\(skipped: (.+)\)$/.exec(name)?.[1];
  return { passed: 0, failed: reason ? 0 : 1, skipped: [{ name, reason }] };
}

function unescape(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
