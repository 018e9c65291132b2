/** How full, how dear, how long, and what was changed. */

import type { ComponentChildren } from "preact";
import type { AgentFacts } from "../../server/protocol/event.ts";
import { ContextBar } from "../components/context_bar.tsx";
import { CostBars } from "../components/cost_bars.tsx";
import { Icon } from "../components/icon.tsx";
import type { OpenAgent } from "../models/open_agent.ts";
import { changedFiles, costsPerTurn } from "../models/session_facts.ts";
import type { Page } from "../page.ts";
import {
  sayDuration,
  sayMoment,
  sayMoney,
  sayTokens,
  shortPath,
  stateWord,
} from "../words.ts";
import { InspectorServices } from "./inspector_services.tsx";
import { InspectorTerminals } from "./inspector_terminals.tsx";
import { nodeOf } from "./stage.tsx";

interface InspectorOverviewProps {
  page: Page;
  agent: OpenAgent;
}

export function InspectorOverview({ page, agent }: InspectorOverviewProps) {
  const facts = agent.conversation.facts.value;
  const node = nodeOf(page, agent);
  return (
    <>
      {facts?.context && <Context context={facts.context} />}
      {facts && <Session agent={agent} facts={facts} />}
      <Changed agent={agent} />
      {node && <InspectorTerminals page={page} node={node} />}
      {node && <InspectorServices page={page} node={node} />}
      <Agent page={page} agent={agent} facts={facts} />
    </>
  );
}

function Context(
  { context }: { context: NonNullable<AgentFacts["context"]> },
) {
  const { tokens, window } = context;
  return (
    <section>
      <h2>Context</h2>
      <ContextBar context={context} size="wide" />
      <p class="context-words number">
        <b>{tokens === null ? "?" : sayTokens(tokens)}</b> of{" "}
        {sayTokens(window)}
      </p>
    </section>
  );
}

function Session({ agent, facts }: { agent: OpenAgent; facts: AgentFacts }) {
  const { usage } = facts;
  const costs = costsPerTurn(agent.conversation.items.value);
  const read = usage.cacheRead + usage.cacheWrite + usage.input;
  const share = read > 0 ? Math.round(usage.cacheRead / read * 100) : 0;
  return (
    <section>
      <h2>This session</h2>
      <dl class="facts">
        <Fact name="Cost">{sayMoney(usage.cost)}</Fact>
        <Fact name="Tokens">
          <span aria-label={`${sayTokens(usage.input)} in`}>
            ↑ {sayTokens(usage.input)}
          </span>{" "}
          <span aria-label={`${sayTokens(usage.output)} out`}>
            ↓ {sayTokens(usage.output)}
          </span>
        </Fact>
        <Fact name="Cache read">
          {sayTokens(usage.cacheRead)} ({share}%)
        </Fact>
        <Fact name="Turns">{usage.turns}</Fact>
      </dl>
      {costs.length > 1 && costs.some((cost) => cost > 0) && (
        <CostBars costs={costs} />
      )}
    </section>
  );
}

function Changed({ agent }: { agent: OpenAgent }) {
  const files = changedFiles(agent.conversation.items.value);
  if (files.length === 0) return null;
  return (
    <section>
      <h2>Changed files</h2>
      <ul class="changed">
        {files.map(({ path, added, removed }) => (
          <li key={path}>
            <Icon name="file" size={14} />
            <span class="cut" title={path}>{path}</span>
            {added > 0 && (
              <span class="added" aria-label={`${added} lines added`}>
                +{added}
              </span>
            )}
            {removed > 0 && (
              <span class="removed" aria-label={`${removed} lines removed`}>
                −{removed}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Agent(
  { page, agent, facts }: InspectorOverviewProps & {
    facts: AgentFacts | undefined;
  },
) {
  const node = nodeOf(page, agent);
  if (!node) return null;
  const now = page.clock.now.value;
  const file = node.session?.file;
  const viewers = node.terminal === undefined
    ? []
    : page.terminals.byId.value.get(node.terminal)?.viewers ?? [];
  return (
    <section>
      <h2>Agent</h2>
      <dl class="facts">
        <Fact name="Status">{stateWord(node.state.kind)}</Fact>
        <Fact name="Machine">{node.machine}</Fact>
        <Fact name="Folder" title={node.cwd}>{shortPath(node.cwd)}</Fact>
        {node.branch && <Fact name="Branch">{node.branch}</Fact>}
        {node.model && (
          <Fact name="Model" title={node.model.name}>
            {node.model.provider}/{node.model.id}
          </Fact>
        )}
        {node.pid !== undefined && <Fact name="PID">{node.pid}</Fact>}
        {node.state.kind !== "offline" && (
          <Fact name="Online for" title={sayMoment(node.joinedAt, now)}>
            {sayDuration(now - node.joinedAt)}
          </Fact>
        )}
        {(node.pi || facts?.pi) && <Fact name="pi">{node.pi || facts?.pi}
        </Fact>}
        {node.mode && <Fact name="Mode">{node.mode}</Fact>}
        {viewers.length > 0 && (
          <Fact name="Attached">
            {viewers.map(({ name }) => name).join(", ")}
          </Fact>
        )}
        {file && <Fact name="Session" title={file}>{shortPath(file)}</Fact>}
      </dl>
    </section>
  );
}

interface FactProps {
  name: string;
  title?: string;
  children: ComponentChildren;
}

function Fact({ name, title, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={title}>{children}</dd>
    </div>
  );
}
