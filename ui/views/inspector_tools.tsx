/** The agent's tools, and which of them it may use now. */

import { ToolList } from "../components/tool_list.tsx";
import type { OpenAgent } from "../models/open_agent.ts";

interface InspectorToolsProps {
  agent: OpenAgent;
}

export function InspectorTools({ agent }: InspectorToolsProps) {
  const tools = agent.conversation.facts.value?.tools ?? [];
  if (tools.length === 0) {
    return <p class="faint">The agent has not said which tools it has.</p>;
  }
  return <ToolList tools={tools} />;
}
