/**
 * Inline tokens as elements: emphasis, code, links. Text is only ever text.
 *
 * There is no path from a token to markup: raw HTML is shown as it is written,
 * and an image as a link, because loading it would tell its server who reads.
 */

import type { ComponentChildren } from "preact";
import type { Token, Tokens } from "marked";
import { decodeEntities } from "./entities.ts";
import { safeHref } from "./link.ts";

export function inline(tokens: readonly Token[] = []): ComponentChildren {
  return tokens.map(inlineToken);
}

function inlineToken(token: Token): ComponentChildren {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Anchor token={token as Tokens.Link} />;
    case "image":
      return <ImageLink token={token as Tokens.Image} />;
    case "checkbox":
      return <Checkbox checked={token.checked === true} />;
    case "escape":
      return token.text;
    case "text":
      if (token.tokens) return inline(token.tokens);
      return decodeEntities(token.text);
    default:
      return token.raw;
  }
}

function Anchor({ token }: { token: Tokens.Link }) {
  const href = safeHref(token.href);
  const children = inline(token.tokens);
  if (!href) return <span class="md-dead-link">{children}</span>;
  return (
    <a href={href} title={href} rel="noopener noreferrer" target="_blank">
      {children}
    </a>
  );
}

function ImageLink({ token }: { token: Tokens.Image }) {
  const href = safeHref(token.href);
  const label = token.text || "image";
  if (!href) return <span class="md-dead-link">{label}</span>;
  return (
    <a href={href} title={href} rel="noopener noreferrer" target="_blank">
      {label}
    </a>
  );
}

function Checkbox({ checked }: { checked: boolean }) {
  return (
    <span
      class="md-check"
      data-checked={checked}
      role="img"
      aria-label={checked ? "Done:" : "To do:"}
    />
  );
}
