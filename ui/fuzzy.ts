/** Fuzzy matching of a few typed letters against names and paths. Pure. */

/** A letter that begins a word counts for more than one in its middle. */
const AT_START = 8;
const IN_ROW = 5;
const ANYWHERE = 1;

/**
 * How well `query` fits `text`: 0 not at all, else more is better. All letters
 * must occur in their order. An empty query fits everything equally.
 */
export function fuzzyScore(query: string, text: string): number {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return 1;
  const positions = findLetters(wanted, text.toLowerCase());
  if (!positions) return 0;

  let score = 0;
  positions.forEach((at, i) => {
    if (isWordStart(text, at)) score += AT_START;
    else if (i > 0 && at === (positions[i - 1] ?? 0) + 1) score += IN_ROW;
    else score += ANYWHERE;
  });
  // Of two equal fits the shorter text is the likelier one.
  return score / wanted.length + 1 / (1 + text.length);
}

/** Those with a score above 0, the highest first. */
export function bestFirst<T>(
  all: readonly T[],
  scoreOf: (one: T) => number,
): T[] {
  return all
    .map((one) => ({ one, score: scoreOf(one) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ one }) => one);
}

/** The letters of `text` that `query` hit, for marking them. */
export function fuzzyHits(query: string, text: string): readonly number[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  return findLetters(wanted, text.toLowerCase()) ?? [];
}

/** An unbroken hit if there is one, at a word's start if possible. */
function findLetters(wanted: string, text: string): number[] | undefined {
  const whole = findWhole(wanted, text);
  if (whole >= 0) return [...wanted].map((_, i) => whole + i);

  const positions: number[] = [];
  let from = 0;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    positions.push(at);
    from = at + 1;
  }
  return positions;
}

function findWhole(wanted: string, text: string): number {
  let first = -1;
  for (
    let at = text.indexOf(wanted);
    at >= 0;
    at = text.indexOf(wanted, at + 1)
  ) {
    if (isWordStart(text, at)) return at;
    if (first < 0) first = at;
  }
  return first;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /[\s/\\._-]/.test(text[at - 1] ?? "");
}
