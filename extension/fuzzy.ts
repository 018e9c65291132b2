/** How well a few typed characters fit a path. */

/**
 * 0 if the characters of `query` do not occur in `path` in this order; else
 * the higher the better. A match in the last part of the path, at the start of
 * a word, in one piece, and in a short path counts more.
 */
export function fuzzyScore(query: string, path: string): number {
  const wanted = query.toLowerCase();
  const text = path.toLowerCase();
  // Depth first: with nothing typed, what lies on top is offered.
  const shortness = 1 / (1 + text.split("/").length + text.length / 100);
  if (!wanted) return shortness;
  const name = text.slice(text.lastIndexOf("/") + 1);
  if (name === wanted) return 1_000 + shortness;
  if (name.startsWith(wanted)) return 800 + shortness;
  if (name.includes(wanted)) return 600 + shortness;
  if (text.includes(wanted)) return 400 + shortness;
  let at = -1;
  let score = 0;
  for (const character of wanted) {
    const next = text.indexOf(character, at + 1);
    if (next < 0) return 0;
    const isTogether = next === at + 1;
    const isWordStart = next === 0 || /[/._ -]/.test(text[next - 1] ?? "");
    score += isTogether ? 6 : isWordStart ? 4 : 1;
    at = next;
  }
  return score + shortness;
}
