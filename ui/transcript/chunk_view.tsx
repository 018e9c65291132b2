/** One chunk of rows. Drawn again only when it holds other rows. */

import { Component } from "preact";
import type { Chunk } from "../models/scroll_chunks.ts";
import type { Scope } from "./disclosure.ts";
import { RowView } from "./row_view.tsx";
import type { Row } from "./rows.ts";

interface ChunkViewProps {
  chunk: Chunk<Row>;
  scope: Scope;
}

export class ChunkView extends Component<ChunkViewProps> {
  override shouldComponentUpdate(next: ChunkViewProps): boolean {
    return next.chunk !== this.props.chunk || next.scope !== this.props.scope;
  }

  override render({ chunk, scope }: ChunkViewProps) {
    return (
      <div class="tx-chunk" data-chunk={chunk.key}>
        {chunk.rows.map((row) => (
          <RowView key={row.key} row={row} scope={scope} />
        ))}
      </div>
    );
  }
}
