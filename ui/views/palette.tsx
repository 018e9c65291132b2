/** The palette: any agent, terminal, service or action, by a few letters of its name. */

import { useMemo, useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { Action } from "../actions.ts";
import { Dialog } from "../components/dialog.tsx";
import { Icon } from "../components/icon.tsx";
import { Kbd } from "../components/kbd.tsx";
import { Marked } from "../components/marked.tsx";
import { StatusGlyph } from "../components/status_glyph.tsx";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { findAgents } from "../models/roster.ts";
import { serviceWord } from "../models/service_words.ts";
import { findServices } from "../models/services.ts";
import { findTerminals } from "../models/terminals.ts";
import type { Page } from "../page.ts";
import { lastPart, nameOf, shortPath, terminalName } from "../words.ts";

interface PaletteProps {
  page: Page;
  actions: readonly Action[];
}

type Hit =
  | { readonly kind: "agent"; readonly node: NodeRecord }
  | { readonly kind: "terminal"; readonly record: TerminalRecord }
  | { readonly kind: "service"; readonly service: ServiceRecord }
  | { readonly kind: "action"; readonly action: Action };

/** What fits on a screen; a longer query finds the rest. */
const MAX_AGENTS = 12;
const MAX_TERMINALS = 6;
const MAX_SERVICES = 6;
const MAX_ACTIONS = 20;

export function Palette({ page, actions }: PaletteProps) {
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const { navigation } = page;
  const nodes = page.nodes.all.value;
  const shells = page.terminals.shells.value;
  const services = page.services.all.value;
  const hits = useMemo(
    () => findHits({ nodes, shells, services, actions }, query),
    [nodes, shells, services, actions, query],
  );
  const close = () => navigation.close("palette");
  const run = (hit: Hit | undefined) => {
    if (!hit) return;
    if (hit.kind === "agent") {
      return navigation.go({ kind: "agent", id: hit.node.id });
    }
    if (hit.kind === "terminal") {
      return navigation.go({ kind: "terminal", id: hit.record.id });
    }
    if (hit.kind === "service") {
      return navigation.go({ kind: "service", name: hit.service.name });
    }
    // Once it is closed: an action may open a layer of its own.
    navigation.closeThen("palette", () => hit.action.run());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter") run(hits[active]);
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else return;
    event.preventDefault();
  };
  const move = (by: 1 | -1) => {
    if (hits.length === 0) return;
    const next = (active + by + hits.length) % hits.length;
    setActive(next);
    document.getElementById(`palette-${next}`)?.scrollIntoView({
      block: "nearest",
    });
  };
  return (
    <Dialog label="Search or run" kind="palette" onClose={close}>
      <div class="palette-head">
        <Icon name="search" />
        <input
          class="palette-field"
          role="combobox"
          aria-label="Search agents and commands"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={hits[active] ? `palette-${active}` : undefined}
          placeholder="Search agents, or > for commands"
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <Kbd keys="Esc" />
      </div>
      <div
        class="palette-list"
        id="palette-list"
        role="listbox"
        aria-label="Results"
      >
        {hits.length === 0 && (
          <p class="menu-note" role="option" aria-selected="false">
            Nothing found
          </p>
        )}
        {hits.map((hit, i) => (
          <div
            key={keyOf(hit)}
            id={`palette-${i}`}
            class="option"
            role="option"
            aria-selected={i === active}
            onPointerMove={() => setActive(i)}
            onClick={() => run(hit)}
          >
            <HitLine hit={hit} query={bare(query)} />
          </div>
        ))}
      </div>
    </Dialog>
  );
}

function HitLine({ hit, query }: { hit: Hit; query: string }) {
  if (hit.kind === "agent") {
    const { node } = hit;
    return (
      <>
        <StatusGlyph kind={node.state.kind} />
        <span class="cut">
          <Marked text={nameOf(node)} query={query} />
        </span>
        <span class="faint cut">{lastPart(node.cwd)} on {node.machine}</span>
      </>
    );
  }
  if (hit.kind === "terminal") {
    const { record } = hit;
    return (
      <>
        <Icon name="terminal" />
        <span class="cut">
          <Marked text={terminalName(record)} query={query} />
        </span>
        <span class="faint cut">
          {shortPath(record.cwd ?? record.folder)}
        </span>
      </>
    );
  }
  if (hit.kind === "service") {
    const { name, state } = hit.service;
    return (
      <>
        <Icon name="server" />
        <span class="cut">
          <Marked text={name} query={query} />
        </span>
        <span class="faint cut">{serviceWord(state.kind)}</span>
      </>
    );
  }
  const { icon, label, keys } = hit.action;
  return (
    <>
      <Icon name={icon} />
      <span class="cut">
        <Marked text={label} query={query} />
      </span>
      <span class="grow" />
      {keys && <Kbd keys={sayKeys(keys, IS_MAC)} />}
    </>
  );
}

interface Known {
  readonly nodes: readonly NodeRecord[];
  readonly shells: readonly TerminalRecord[];
  readonly services: readonly ServiceRecord[];
  readonly actions: readonly Action[];
}

/** Agents first, then shells and services; after `>` only actions. */
function findHits(
  { nodes, shells, services, actions }: Known,
  query: string,
): Hit[] {
  const wanted = bare(query);
  const served = query.startsWith(">") ? [] : findServices(services, wanted);
  const agents = query.startsWith(">") ? [] : findAgents(nodes, wanted);
  const terminals = query.startsWith(">") ? [] : findTerminals(shells, wanted);
  const offered = bestFirst(
    actions.filter(({ id, isOff }) => id !== "palette" && !isOff?.()),
    ({ label }) => fuzzyScore(wanted, label),
  );
  return [
    ...agents.slice(0, MAX_AGENTS).map((node) => ({
      kind: "agent" as const,
      node,
    })),
    ...terminals.slice(0, MAX_TERMINALS).map((record) => ({
      kind: "terminal" as const,
      record,
    })),
    ...served.slice(0, MAX_SERVICES).map((service) => ({
      kind: "service" as const,
      service,
    })),
    ...offered.slice(0, MAX_ACTIONS).map((action) => ({
      kind: "action" as const,
      action,
    })),
  ];
}

function keyOf(hit: Hit): string {
  switch (hit.kind) {
    case "agent":
      return hit.node.id;
    case "terminal":
      return hit.record.id;
    case "service":
      return `service ${hit.service.name}`;
    case "action":
      return hit.action.id;
  }
}

function bare(query: string): string {
  return query.replace(/^>/, "").trim();
}
