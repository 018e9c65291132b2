/**
 * The common part of `.gitignore`: names, globs, folders, anchors, negation.
 *
 * Enough to keep build output out of a list of files; not a judge of what git
 * would do in corner cases.
 */

interface Rule {
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly foldersOnly: boolean;
}

/** Rules past this are not read; they are a generated list. */
const RULES_MAX = 500;

export type Ignores = (path: string, isDirectory: boolean) => boolean;

/** @param text Content of a `.gitignore` at the root of the paths asked. */
export function readGitignore(text: string): Ignores {
  const rules = text.split(/\r?\n/).filter((line) =>
    line.trim() && !line.startsWith("#")
  ).slice(0, RULES_MAX).map(ruleOf);
  return (path, isDirectory) => {
    let isIgnored = false;
    for (const { pattern, isNegated, foldersOnly } of rules) {
      if (foldersOnly && !isDirectory) continue;
      if (pattern.test(path)) isIgnored = !isNegated;
    }
    return isIgnored;
  };
}

function ruleOf(line: string): Rule {
  const isNegated = line.startsWith("!");
  const bare = (isNegated ? line.slice(1) : line).trim();
  const foldersOnly = bare.endsWith("/");
  const body = bare.replace(/\/$/, "");
  const isAnchored = body.includes("/");
  const source = body.replace(/^\//, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*\/?/g, "\0")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("\0", ".*");
  const pattern = new RegExp(`${isAnchored ? "^" : "(^|/)"}${source}$`);
  return { pattern, isNegated, foldersOnly };
}
