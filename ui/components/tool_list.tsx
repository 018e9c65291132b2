interface ToolListProps {
  tools: readonly ListedTool[];
}

interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Whether it may be used now; true if it is not said. */
  readonly active?: boolean;
}

/** Tools with what they do, of which two lines are shown. */
export function ToolList({ tools }: ToolListProps) {
  return (
    <ul class="tools-list">
      {tools.map(({ name, title, description, active = true }) => (
        <li key={name} data-active={active}>
          <p>
            <code>{name}</code>
            {title && title !== name && <span class="faint">{title}</span>}
            {!active && <span class="tool-off faint">off</span>}
          </p>
          {description && (
            <p class="tool-about faint" title={description}>{description}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
