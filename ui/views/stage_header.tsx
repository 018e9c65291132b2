/** The line above a conversation: who it is, where it works, what to do. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { StatusGlyph } from "../components/status_glyph.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { AgentCommands } from "../models/agent_commands.ts";
import type { OpenAgent } from "../models/open_agent.ts";
import type { Page } from "../page.ts";
import { StageMenu } from "./stage_menu.tsx";
import { ViewSwitch } from "./view_switch.tsx";
import { lastPart, nameOf, shortPath } from "../words.ts";

interface StageHeaderProps {
  page: Page;
  agent: OpenAgent;
  node: NodeRecord;
  commands: AgentCommands;
}

export function StageHeader(
  { page, agent, node, commands }: StageHeaderProps,
) {
  const { navigation, appearance, viewport, hands } = page;
  const isPhone = viewport.layout.value === "phone";
  const unsent = agent.outbox.unsentCount.value;
  const isLate = agent.link.state.value.kind !== "open";
  return (
    <header class="bar">
      {isPhone && (
        <IconButton
          icon="chevron-left"
          label="Back to all agents"
          size={20}
          onClick={() => navigation.up()}
        />
      )}
      <StatusGlyph kind={node.state.kind} />
      <div class="bar-names">
        <Name page={page} node={node} commands={commands} />
        {isPhone && (
          <p class="bar-where">
            {lastPart(node.cwd)} on {node.machine}
          </p>
        )}
      </div>
      {!isPhone && <Pills node={node} />}
      <span class="grow" />
      {unsent > 0 && isLate && (
        <span class="pill" data-kind="late">
          <Icon name="clock" size={12} />
          {unsent} unsent
        </span>
      )}
      <ViewSwitch page={page} node={node} />
      {!isPhone && (
        <IconButton
          icon="search"
          label="Find in the conversation"
          keys={sayKeys("mod+f", IS_MAC)}
          onClick={() => hands.peek().transcript?.find()}
        />
      )}
      <IconButton
        icon="panel-right"
        label="Inspector"
        keys="I"
        size={isPhone ? 20 : 16}
        pressed={viewport.layout.value === "desktop"
          ? appearance.inspector.value === "open"
          : undefined}
        onClick={() =>
          viewport.layout.peek() === "desktop"
            ? appearance.toggleColumn("inspector")
            : navigation.open("inspector")}
      />
      <StageMenu page={page} node={node} />
    </header>
  );
}

function Pills({ node }: { node: NodeRecord }) {
  return (
    <div class="bar-pills">
      <span class="pill" title={`${node.cwd} on ${node.machine}`}>
        <Icon name="folder" size={12} />
        <span class="cut">{shortPath(node.cwd)}</span>
      </span>
      {node.branch && (
        <span class="pill" data-font="mono" title={node.branch}>
          <Icon name="git-branch" size={12} />
          <span class="cut">{node.branch}</span>
        </span>
      )}
    </div>
  );
}

/** The name, which becomes a field when it is pressed. */
function Name(
  { page, node, commands }: Pick<
    StageHeaderProps,
    "page" | "node" | "commands"
  >,
) {
  const [edited, setEdited] = useState<string | undefined>(undefined);
  const isEditing = useRef(false);
  const name = nameOf(node);
  const edit = () => {
    isEditing.current = true;
    setEdited(name);
  };

  useEffect(() => {
    const rename = edit;
    page.hands.value = { ...page.hands.peek(), rename };
    return () => {
      page.hands.value = { ...page.hands.peek(), rename: undefined };
    };
  }, [name]);

  if (edited === undefined) {
    return (
      <h1 class="bar-name">
        <button
          type="button"
          title={`${name}. Rename (${sayKeys("alt+r", IS_MAC)})`}
          onClick={edit}
        >
          {name}
        </button>
      </h1>
    );
  }
  // Its field loses the focus by being removed, which must not end it twice.
  const end = (wanted?: string) => {
    if (!isEditing.current) return;
    isEditing.current = false;
    setEdited(undefined);
    const next = wanted?.trim();
    if (next && next !== name) commands.rename(next);
  };
  return (
    <input
      class="bar-rename"
      aria-label="Name of the agent"
      value={edited}
      maxLength={120}
      ref={(field) => {
        if (field && document.activeElement !== field) field.select();
      }}
      onInput={(event) => setEdited(event.currentTarget.value)}
      onBlur={() => end(edited)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.isComposing) end(edited);
        if (event.key === "Escape") end();
      }}
    />
  );
}
