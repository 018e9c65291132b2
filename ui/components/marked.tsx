import { fuzzyHits } from "../fuzzy.ts";

interface MarkedProps {
  text: string;
  query: string;
}

/** A text with the letters marked that a query hit. */
export function Marked({ text, query }: MarkedProps) {
  const hits = new Set(fuzzyHits(query, text));
  if (hits.size === 0) return text;
  return [...text].map((letter, i) =>
    hits.has(i) ? <mark key={i}>{letter}</mark> : letter
  );
}
