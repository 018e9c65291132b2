/** Which addresses in a message may be clicked. */

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/**
 * The address as the browser reads it, or undefined if it must stay text.
 *
 * Relative addresses are not allowed: in a message they are paths on the
 * agent's machine, and would lead into this page's own routes.
 */
export function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return ALLOWED.has(url.protocol) ? url.href : undefined;
}
