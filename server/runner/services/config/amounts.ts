/**
 * Durations and sizes as files write them: `1m 30s`, `10MiB`.
 *
 * Durations have the grammar and the error texts of the humantime crate, which
 * the original reads them with; both refuse a number without a unit.
 */

/** A text that is no amount. The message is for the file's author. */
export class AmountError extends Error {
  override readonly name = "AmountError";
}

const MS = 1;
const SECOND = 1_000 * MS;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DURATION_UNITS: ReadonlyMap<string, number> = new Map(
  ([
    [1e-6, "nanos nsec ns"],
    [1e-3, "usec us µs"],
    [MS, "millis msec ms"],
    [SECOND, "seconds second secs sec s"],
    [MINUTE, "minutes minute mins min m"],
    [HOUR, "hours hour hrs hr h"],
    [DAY, "days day d"],
    [7 * DAY, "weeks week wks wk w"],
    [30.44 * DAY, "months month M"],
    [365.25 * DAY, "years year yrs yr y"],
  ] as const).flatMap(([ms, names]) =>
    names.split(" ").map((name) => [name, ms] as const)
  ),
);

/** As long as the whole numbers of milliseconds are exact. */
const LONGEST_MS = Number.MAX_SAFE_INTEGER;

/**
 * Milliseconds; shorter units may give a fraction.
 *
 * @throws {AmountError} with humantime's own words.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trimEnd();
  if (trimmed === "") throw new AmountError("value was empty");
  if (trimmed.trimStart() === "0") return 0;
  let total = 0;
  let at = 0;
  while (at < trimmed.length) {
    const [, space = "", digits = "", gap = "", unit = ""] =
      trimmed.slice(at).match(/^(\s*)(\d*)(\s*)([a-zA-Zµ]*)/) ?? [];
    if (!digits) {
      throw new AmountError(`expected number at ${at + space.length}`);
    }
    const next = at + space.length + digits.length + gap.length + unit.length;
    if (!unit && next < trimmed.length && !/\s/.test(trimmed[next] ?? "")) {
      throw new AmountError(`invalid character at ${next}`);
    }
    total += Number(digits) * durationUnit(unit, digits);
    if (total > LONGEST_MS) throw new AmountError("number is too large");
    at = next;
  }
  return total;
}

function durationUnit(unit: string, digits: string): number {
  const ms = DURATION_UNITS.get(unit);
  if (ms !== undefined) return ms;
  throw new AmountError(
    unit === ""
      ? `time unit needed, for example ${digits}sec or ${digits}ms`
      : `unknown time unit "${unit}", supported units: ns, us, ms, sec, min, ` +
        "hours, days, weeks, months, years (and few variations)",
  );
}

const KIB = 1_024;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: KIB,
  m: 1e6,
  mb: 1e6,
  mib: KIB ** 2,
  g: 1e9,
  gb: 1e9,
  gib: KIB ** 3,
  t: 1e12,
  tb: 1e12,
  tib: KIB ** 4,
};

/**
 * Bytes. `MiB` is 1024 × 1024, `MB` a million, a bare number bytes.
 *
 * @throws {AmountError} if it is not a whole number and such a unit.
 */
export function parseSize(text: string): number {
  const [, digits, unit = ""] =
    text.match(/^\s*(\d{1,15})\s*([a-zA-Z]*)\s*$/) ??
      [];
  const factor = SIZE_UNITS[unit.toLowerCase()];
  if (
    !digits || factor === undefined ||
    !Object.hasOwn(SIZE_UNITS, unit.toLowerCase())
  ) {
    throw new AmountError("expected a number and a unit, such as 10MiB");
  }
  const bytes = Number(digits) * factor;
  if (bytes > Number.MAX_SAFE_INTEGER) {
    throw new AmountError("number is too large");
  }
  return bytes;
}
