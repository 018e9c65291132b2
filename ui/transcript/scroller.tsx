/** The mounted chunks between two spacers of exactly known height. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { ChunkView } from "./chunk_view.tsx";
import type { TranscriptState } from "./transcript_state.ts";

interface ScrollerProps {
  state: TranscriptState;
  /** Above the oldest row. */
  head: ComponentChildren;
  /** Below the newest row. */
  tail: ComponentChildren;
}

export function Scroller({ state, head, tail }: ScrollerProps) {
  const { port, chunks, scope, search } = state;
  // Read here, so that another query is marked in the same rows.
  search.query.value;

  // After each drawing: other rows may be mounted now.
  useLayoutEffect(() => state.drawn());

  const range = port.range();
  const { above, below } = port.spacers(range);
  return (
    <>
      {range.from === 0 && head}
      {above > 0 && <div key="above" style={{ height: `${above}px` }} />}
      {chunks.value.slice(range.from, range.to).map((chunk) => (
        <ChunkView key={chunk.key} chunk={chunk} scope={scope} />
      ))}
      {below > 0 && <div key="below" style={{ height: `${below}px` }} />}
      {tail}
    </>
  );
}
