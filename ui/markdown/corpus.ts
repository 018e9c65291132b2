/** Documents to test the markdown with: ordinary ones, and attacks. */

const PLAN = `# Plan

The socket reconnects, but **nothing** asks for what was _missed_.
Second line with \`code\` and a [link](https://example.com "title").

- one
- two
  - nested *deep*
  - again

    with a paragraph

1. first
2. second
   \`\`\`sh
   bun test mesh
   \`\`\`
3. third

> quoted **text**
> goes on
lazily

| Case | Before | After |
| --- | ---: | :---: |
| short \`a|b\` | 4.1 s | 0.6 s |
| long | never | **30 s** |

---

Setext heading
==============

Done.
`;

const CODE = `Here is the change:

\`\`\`ts
export function backoff(tries: number): number {
  // * not a list
  const text = "# not a heading";
  return Math.min(30_000, 500 * 2 ** tries);
}
\`\`\`

    indented code
    second line

    third after a gap

And ~~struck~~ text, a hard break  
and an autolink <https://example.com> and https://example.com/bare.

~~~
another fence with \`\`\` inside
~~~
`;

const MIXED = `Some html <b>inline</b> and a block:

<details>
<summary>More</summary>

Hidden *text*.

</details>

- [ ] open task
- [x] done task

* star list
+ plus list

Reference [one][a] and [two][], ![image](x.png).

[a]: https://example.com/a
[two]: https://example.com/b "T"

Escapes: \\*not em\\* &amp; entities, snake_case_words, 2 * 3 * 4.

#### Deep heading ####

***bold italic*** and **bold _nested_ text**

Term<br>break

[^1]: looks like a footnote
`;

export const DOCUMENTS: readonly string[] = [
  PLAN,
  CODE,
  MIXED,
  [PLAN, CODE, MIXED].join("\n"),
  [MIXED, PLAN, CODE, PLAN, MIXED, CODE].join("\n\n"),
];

function fill(pattern: string, length: number): string {
  return pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);
}

function nested(depth: number, line: (level: number) => string): string {
  return Array.from({ length: depth }, (_, i) => line(i)).join("\n");
}

/** Each hung or crashed marked itself, or was meant to. */
export const HOSTILE: Readonly<Record<string, string>> = {
  "emphasis in words": fill("_a_b_", 80_000),
  "emphasis in short paragraphs": fill(`${fill("_a_b_", 5_900)}\n\n`, 80_000),
  "quotes in one line": fill("> ", 20_000),
  "quotes of every depth": nested(300, (i) => `${"> ".repeat(i)}x`),
  "lists of every depth": nested(300, (i) => `${"  ".repeat(i)}- x`),
  "lists in one line": `${fill("- ", 20_000)}x`,
  "numbers in one line": `${fill("1. ", 20_000)}x`,
  "quotes and lists in one line": `${fill("> - ", 20_000)}x`,
  "stars": fill("*", 80_000),
  "open brackets": fill("[", 80_000),
  "half links": fill("[a](b", 80_000),
  "backticks of every length": nested(300, (i) => "`".repeat(i + 1)),
  "a wide table": `${fill("|a", 5_000)}\n${fill("|-", 5_000)}\n${
    fill("|a\n", 30_000)
  }`,
  "open tags": fill("<a ", 80_000),
  "open comments": fill("<!--", 80_000),
  "blocks of html": fill("<div>\n", 40_000),
  "definitions": fill("[a]: b\n", 40_000),
  "underlined headings": fill("a\n=\n", 20_000),
  "blank space": fill(" ", 80_000),
  "blank lines": fill("\n", 80_000),
  "tildes": fill("~~a~", 80_000),
  "half addresses": fill("http://a.", 80_000),
  "backslashes": fill("\\", 80_000),
  "every delimiter": fill("**_`[<", 80_000),
  "fences": fill("```\n", 80_000),
  "a table of rows": fill("a|b\n-|-\n", 40_000),
};
