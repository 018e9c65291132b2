/** The agent's tools, and which of them it may use now. */

import type { OpenAgent } from "../models/open_agent.ts";

interface InspectorToolsProps {
  agent: OpenAgent;
}

export function InspectorTools({ agent }: InspectorToolsProps) {
  const tools = agent.conversation.facts.value?.tools ?? [];
  if (tools.length === 0) {
    return <p class="faint">The agent has not said which tools it has.</p>;
  }
  return (
    <ul class="tools-list">
      {tools.map(({ name, description, active }) => (
        <li key={name} data-active={active}>
          <p>
            <code>{name}</code>
            {!active && <span class="faint">off</span>}
          </p>
          <p class="faint" title={description}>{description}</p>
        </li>
      ))}
    </ul>
  );
}
