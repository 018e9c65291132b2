/**
 * Which chunks are mounted, from where the reader is. Arithmetic only.
 *
 * Nothing is estimated: a chunk that was never mounted has no height and takes
 * no room. It is mounted when the edge of what is mounted comes near, one per
 * frame, and from then on its height is known.
 */

/** The next chunk is mounted when the edge is this near: eight frames of a flick. */
export const MOUNT_WITHIN_PX = 1_000;

/** A chunk is let go when it is this far. More than the above, or it flickers. */
export const KEEP_WITHIN_PX = 1_600;

/** Chunks `from` up to, not including, `to`. */
export interface ChunkRange {
  readonly from: number;
  readonly to: number;
}

export interface Surroundings {
  /** Of every chunk, mounted or not; undefined if it was never measured. */
  readonly heights: readonly (number | undefined)[];
  /** From the top of the view up to the top of what is mounted. */
  readonly above: number;
  /** From the bottom of the view down to the bottom of what is mounted. */
  readonly below: number;
  readonly viewHeight: number;
}

/** The range for the next frame; equal to `range` when there is nothing to do. */
export function nextRange(
  range: ChunkRange,
  { heights, above, below, viewHeight }: Surroundings,
): ChunkRange {
  if (above < -viewHeight) {
    return around(heights, indexAbove(heights, range.from, -above));
  }
  if (below < -viewHeight) {
    return around(heights, indexBelow(heights, range.to, -below));
  }
  let { from, to } = range;
  const height = (i: number) => heights[i] ?? 0;
  if (above < MOUNT_WITHIN_PX && from > 0) from--;
  if (below < MOUNT_WITHIN_PX && to < heights.length) to++;
  for (let left = above; to - from > 1; from++) {
    left -= height(from);
    if (left <= KEEP_WITHIN_PX) break;
  }
  for (let left = below; to - from > 1; to--) {
    left -= height(to - 1);
    if (left <= KEEP_WITHIN_PX) break;
  }
  return { from, to };
}

/** The last chunks: where a transcript opens. */
export function lastRange(count: number): ChunkRange {
  return { from: Math.max(0, count - 2), to: count };
}

/** A chunk and its neighbours: where a jump lands. */
export function around(
  heights: readonly unknown[],
  index: number,
): ChunkRange {
  return {
    from: Math.max(0, index - 1),
    to: Math.min(heights.length, index + 2),
  };
}

function indexAbove(
  heights: readonly (number | undefined)[],
  from: number,
  distance: number,
): number {
  let left = distance;
  let index = from - 1;
  while (index > 0 && (left -= heights[index] ?? 0) > 0) index--;
  return Math.max(0, index);
}

function indexBelow(
  heights: readonly (number | undefined)[],
  to: number,
  distance: number,
): number {
  let left = distance;
  let index = to;
  const last = heights.length - 1;
  while (index < last && (left -= heights[index] ?? 0) > 0) index++;
  return Math.min(last, index);
}
