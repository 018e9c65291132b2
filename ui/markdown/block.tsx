/** One block of a document as an element. Drawn again only for a new token. */

import { Component, type ComponentChildren } from "preact";
import type { Token, Tokens } from "marked";
import { CodeBlock } from "./code_block.tsx";
import { inline } from "./inline.tsx";

interface BlockProps {
  token: Token;
}

/** Uses no signals: what it shows is in the token, which never changes. */
export class Block extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    return next.token !== this.props.token;
  }

  override render({ token }: BlockProps): ComponentChildren {
    return block(token);
  }
}

/** Tokens that show something. */
export function isVisible(token: Token): boolean {
  return token.type !== "space" && token.type !== "def";
}

function block(token: Token): ComponentChildren {
  switch (token.type) {
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "heading":
      // One level for all: agents skip levels, and the page has its own order.
      return (
        <div
          class="md-heading"
          data-depth={token.depth}
          role="heading"
          aria-level={2}
        >
          {inline(token.tokens)}
        </div>
      );
    case "code":
      return <CodeBlock lang={token.lang ?? ""} text={token.text} />;
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
    case "list":
      return <List token={token as Tokens.List} />;
    case "table":
      return <Table token={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "html":
      return <p class="md-html">{token.raw.trimEnd()}</p>;
    case "text":
      return token.tokens ? inline(token.tokens) : token.text;
    default:
      return inline([token]);
  }
}

function blocks(tokens: readonly Token[] = []): ComponentChildren {
  return tokens.filter(isVisible).map((token, i) => (
    <Block key={i} token={token} />
  ));
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, i) => (
    <li key={i} data-task={item.task}>{blocks(item.tokens)}</li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  const start = Number(token.start) || 0;
  return <ol start={start}>{items}</ol>;
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    <div class="md-table" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, i) => (
              <th key={i} data-align={cell.align}>{inline(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} data-align={cell.align}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
