/** The stage: one agent's conversation, and the place to answer in. */

import { useEffect, useMemo } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import { Boundary } from "../components/boundary.tsx";
import { agentCommands } from "../models/agent_commands.ts";
import { ComposerModel } from "../models/composer.ts";
import type { OpenAgent } from "../models/open_agent.ts";
import type { Page } from "../page.ts";
import { rememberScroll } from "../scroll_memory.ts";
import { hasFailedToStart } from "../words.ts";
import { viewOf } from "../models/stage_view.ts";
import { Composer } from "./composer.tsx";
import { LazyStageTerminal } from "./later.tsx";
import { LinkBanner } from "./link_banner.tsx";
import { FailedNote } from "./stage_failed.tsx";
import { OfflineNote, WaitingNote } from "./stage_notes.tsx";
import { StageHeader } from "./stage_header.tsx";
import { Transcript } from "./transcript.tsx";

interface StageProps {
  page: Page;
  agent: OpenAgent;
}

export function Stage({ page, agent }: StageProps) {
  const commands = useMemo(
    () => agentCommands(agent.rpc, page.notices.say),
    [agent],
  );
  const composer = useMemo(
    () => new ComposerModel(agent.id, page.drafts, agent.outbox),
    [agent],
  );
  const node = nodeOf(page, agent);
  useSeen(node, agent, commands.seen);

  if (!node) return <UnknownAgent page={page} />;
  const hasFailed = hasFailedToStart(node);
  const isOffline = node.state.kind === "offline";
  const terminal = viewOf(node, page.stageView.chosen.value) === "terminal"
    ? node.terminal
    : undefined;
  const hasDraft = composer.text.value !== "";
  return (
    <main class="stage" id="stage">
      <LinkBanner
        page={page}
        link={agent.link}
        missed={agent.catchUp.missed.value}
      />
      <Boundary what="the header">
        <StageHeader
          page={page}
          agent={agent}
          node={node}
          commands={commands}
        />
      </Boundary>
      {terminal === undefined
        ? (
          <Boundary what="the conversation">
            <Conversation page={page} agent={agent} composer={composer} />
          </Boundary>
        )
        : (
          <Boundary what="the terminal">
            <LazyStageTerminal page={page} node={node} terminal={terminal} />
          </Boundary>
        )}
      {terminal !== undefined && isOffline && (
        <div class="foot" data-kind="offline">
          <OfflineNote page={page} node={node} />
        </div>
      )}
      {terminal === undefined && (
        <div class="foot">
          {node.warning && <p class="note" data-kind="late">{node.warning}</p>}
          <WaitingNote page={page} node={node} now={page.clock.now.value} />
          {hasFailed && <FailedNote page={page} node={node} showsLines />}
          {isOffline && <OfflineNote page={page} node={node} />}
          {((!isOffline && !hasFailed) || hasDraft) && (
            <Boundary what="the composer">
              <Composer
                page={page}
                agent={agent}
                node={node}
                composer={composer}
                commands={commands}
              />
            </Boundary>
          )}
        </div>
      )}
    </main>
  );
}

interface ConversationProps extends StageProps {
  composer: ComposerModel;
}

function Conversation({ page, agent, composer }: ConversationProps) {
  const remember = useMemo(() => rememberScroll(agent.id), [agent]);
  const edit = (id: string) => {
    const text = agent.outbox.take(id);
    if (text === undefined) return;
    composer.takeBack(text);
    page.hands.peek().composer?.focus();
  };
  return (
    <Transcript
      conversation={agent.conversation}
      pending={agent.pending}
      leftAt={agent.catchUp.leftAt}
      onRetry={(id) => agent.outbox.retry(id)}
      onDiscard={(id) => agent.outbox.take(id)}
      onEdit={edit}
      remember={remember}
      controller={(transcript) => {
        page.hands.value = { ...page.hands.peek(), transcript };
      }}
    />
  );
}

/** What the roster says; before it has spoken, what the conversation does. */
export function nodeOf(page: Page, agent: OpenAgent): NodeRecord | undefined {
  return page.nodes.byId.value.get(agent.id) ??
    agent.conversation.node.value;
}

/** Tells the server once that a finished answer was before somebody's eyes. */
function useSeen(
  node: NodeRecord | undefined,
  agent: OpenAgent,
  seen: () => void,
): void {
  // Nothing can be told, and nothing newest be read, before the link is open.
  const isNew = node?.state.kind === "done" &&
    agent.link.state.value.kind === "open";
  useEffect(() => {
    if (!isNew) return;
    const tell = () => {
      if (document.visibilityState === "visible") seen();
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [isNew, seen]);
}

function UnknownAgent({ page }: { page: Page }) {
  const isKnown = page.nodes.known.value;
  return (
    <main class="stage" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <div class="overview" data-kind={isKnown ? "empty" : "loading"}>
        <h1>{isKnown ? "No such agent" : "Connecting…"}</h1>
        {isKnown && (
          <>
            <p>It was forgotten, or the address has a mistake in it.</p>
            <button
              type="button"
              class="button"
              onClick={() => page.navigation.go({ kind: "home" })}
            >
              Show all agents
            </button>
          </>
        )}
      </div>
    </main>
  );
}
