import type { NodeStateKind } from "../../server/protocol/node.ts";
import { stateWord } from "../words.ts";

interface StatusGlyphProps {
  kind: NodeStateKind;
}

/** The one status, everywhere: shape first, colour second, a word for all. */
export function StatusGlyph({ kind }: StatusGlyphProps) {
  const word = stateWord(kind);
  return (
    <span
      class="status"
      data-state={kind}
      role="img"
      aria-label={word}
      title={word}
    />
  );
}
