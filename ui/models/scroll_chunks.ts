/**
 * Rows in chunks of twelve: what the scroller mounts and lets go.
 *
 * A chunk is named by its first row, and where chunks began they begin again.
 * So rows that come at either end, or open up in the middle, leave the other
 * chunks as they are, and with them their elements and measured heights.
 */

export const ROWS_PER_CHUNK = 12;

interface Keyed {
  readonly key: string;
}

export interface Chunk<Row extends Keyed> {
  /** Key of its first row. */
  readonly key: string;
  readonly rows: readonly Row[];
}

/** Chunks of `rows`, as much as possible the same as those of `before`. */
export function chunksOf<Row extends Keyed>(
  rows: readonly Row[],
  before: readonly Chunk<Row>[],
): Chunk<Row>[] {
  const known = new Map(before.map((chunk) => [chunk.key, chunk]));
  const first = rows.findIndex((row) => known.has(row.key));
  // Nothing in common: as if all were older, so that the last chunk is full.
  const end = first < 0 ? rows.length : first;
  const older = cutFromEnd(rows.slice(0, end));
  const kept = segments(rows.slice(end), known).flatMap((segment, i, all) =>
    cutFromStart(segment, i === all.length - 1)
  );
  return [...older, ...kept].map((rows) => {
    const key = rows[0]!.key;
    const chunk = known.get(key);
    return chunk && isSame(chunk.rows, rows) ? chunk : { key, rows };
  });
}

/** Cut wherever a chunk began. */
function segments<Row extends Keyed>(
  rows: readonly Row[],
  known: ReadonlyMap<string, unknown>,
): Row[][] {
  const result: Row[][] = [];
  for (const row of rows) {
    if (known.has(row.key)) result.push([row]);
    else result.at(-1)!.push(row);
  }
  return result;
}

function cutFromEnd<Row>(rows: readonly Row[]): Row[][] {
  const result: Row[][] = [];
  for (let end = rows.length; end > 0; end -= ROWS_PER_CHUNK) {
    result.unshift(rows.slice(Math.max(0, end - ROWS_PER_CHUNK), end));
  }
  return result;
}

/** In the middle, up to twice the size is left alone: rows come and go. */
function cutFromStart<Row>(rows: Row[], isLast: boolean): Row[][] {
  if (rows.length <= (isLast ? 1 : 2) * ROWS_PER_CHUNK) return [rows];
  const result: Row[][] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_CHUNK) {
    result.push(rows.slice(start, start + ROWS_PER_CHUNK));
  }
  return result;
}

function isSame<Row>(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i]);
}
