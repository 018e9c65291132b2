/** What a measurement comes to, and the arithmetic that they share. */

/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** With its unit. */
  readonly value: string;
  /** The bound, in words; absent for what is only told. */
  readonly wanted?: string;
  /** Whether the bound holds; absent where there is none. */
  readonly holds?: boolean;
}

export interface Measurement {
  readonly name: string;
  readonly about: string;
  /** Whether it runs `dist/hypivisor`. */
  readonly needsBinary: boolean;
  run(): Promise<readonly Figure[]>;
}

/** A number that must stay at or below a bound. */
export function atMost(
  what: string,
  value: number,
  bound: number,
  unit: string,
): Figure {
  return {
    what,
    value: `${round(value)} ${unit}`.trim(),
    wanted: `<= ${bound} ${unit}`.trim(),
    holds: value <= bound,
  };
}

/** A number that must reach a bound. */
export function atLeast(
  what: string,
  value: number,
  bound: number,
  unit: string,
): Figure {
  return {
    what,
    value: `${round(value)} ${unit}`.trim(),
    wanted: `>= ${bound} ${unit}`.trim(),
    holds: value >= bound,
  };
}

/** A number without a bound. */
export function told(what: string, value: number, unit: string): Figure {
  return { what, value: `${round(value)} ${unit}`.trim() };
}

/** A condition that must be true. */
export function mustBe(what: string, holds: boolean, seen: string): Figure {
  return { what, value: seen, wanted: "yes", holds };
}

/** @param at From 0 (the smallest) to 1 (the largest). */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.ceil(at * sorted.length) - 1;
  return sorted[Math.min(Math.max(index, 0), sorted.length - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Three digits that mean something. */
function round(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
