/** A fenced or indented block: its language, a button to copy, the text. */

import { CodeText } from "./code_text.tsx";
import { CopyButton } from "./copy_button.tsx";

interface CodeBlockProps {
  /** The whole info string; its first word is the language. */
  lang: string;
  text: string;
}

export function CodeBlock({ lang, text }: CodeBlockProps) {
  const language = lang.trim().split(/\s/, 1)[0] ?? "";
  const label = language ? `Code, ${language}` : "Code";
  return (
    <div class="md-code">
      {language && <span class="md-code-lang">{language}</span>}
      <CopyButton text={() => text} label="Copy code" />
      <pre tabIndex={0} role="region" aria-label={label}>
        <CodeText text={text} lang={language} />
      </pre>
    </div>
  );
}
