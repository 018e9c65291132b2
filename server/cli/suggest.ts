/** What was probably meant by a word that is not known. Pure. */

/** Beyond a third of the word it is another word. */
const FAR = 3;

/** The start of a word is a word's start from so many letters on. */
const START_MIN = 3;

/** `. Did you mean "…"?`, or nothing if no word is near. */
export function suggest(word: string, known: readonly string[]): string {
  const found = closest(word, known);
  const near = found === undefined ? startingWith(word, known) : [found];
  if (near.length === 0) return "";
  return `. Did you mean ${near.map((one) => `"${one}"`).join(" or ")}?`;
}

function startingWith(word: string, known: readonly string[]): string[] {
  if (word.length < START_MIN) return [];
  return known.filter((one) => one.startsWith(word));
}

/** The known word that is nearest, if it is near. */
export function closest(
  word: string,
  known: readonly string[],
): string | undefined {
  const most = Math.max(1, Math.floor(word.replace(/^-+/, "").length / FAR));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    const far = distance(word, candidate);
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** Letters to add, remove, replace or swap with their neighbour. */
function distance(a: string, b: string): number {
  let [before, last]: number[][] = [[], []];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    [before, last] = [last ?? [], row];
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        i > 1 && isSwapped ? at(before, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
