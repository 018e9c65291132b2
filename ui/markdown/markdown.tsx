/**
 * A markdown document, complete or still growing.
 *
 * Blocks are drawn in groups of 24. A group is touched only when one of its
 * tokens changed, which while a text grows is only ever the last group.
 */

import { Component } from "preact";
import type { Token } from "marked";
import { Block, isVisible } from "./block.tsx";
import { IncrementalLexer } from "./incremental.ts";

const BLOCKS_PER_GROUP = 24;

interface MarkdownProps {
  text: string;
  /** More may be added to the end. */
  growing?: boolean;
}

export class Markdown extends Component<MarkdownProps> {
  readonly #lexer = new IncrementalLexer();

  override shouldComponentUpdate(next: MarkdownProps): boolean {
    return next.text !== this.props.text ||
      next.growing !== this.props.growing;
  }

  override render({ text, growing = false }: MarkdownProps) {
    const tokens = growing
      ? this.#lexer.growRepaired(text)
      : this.#lexer.complete(text);
    const groups = groupsOf(tokens.filter(isVisible));
    return (
      <div class="md" data-growing={growing}>
        {groups.map((group, i) => (
          <BlockGroup
            key={i}
            tokens={group}
            settled={growing && i < groups.length - 1}
          />
        ))}
      </div>
    );
  }
}

interface BlockGroupProps {
  tokens: readonly Token[];
  /** Complete, in a text that grows: the browser may skip it out of sight. */
  settled: boolean;
}

class BlockGroup extends Component<BlockGroupProps> {
  override shouldComponentUpdate(next: BlockGroupProps): boolean {
    const { tokens, settled } = this.props;
    return settled !== next.settled || tokens.length !== next.tokens.length ||
      tokens.some((token, i) => token !== next.tokens[i]);
  }

  override render({ tokens, settled }: BlockGroupProps) {
    return (
      <div class="md-group" data-settled={settled}>
        {tokens.map((token, i) => <Block key={i} token={token} />)}
      </div>
    );
  }
}

function groupsOf(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  for (let i = 0; i < tokens.length; i += BLOCKS_PER_GROUP) {
    groups.push(tokens.slice(i, i + BLOCKS_PER_GROUP));
  }
  return groups;
}
