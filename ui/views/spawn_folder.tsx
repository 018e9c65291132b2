/** The folder of a new agent: a field that is also the browser of folders. */

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Marked } from "../components/marked.tsx";
import {
  asTyped,
  type FolderFacts,
  type FolderRow,
} from "../models/folder_field.ts";
import type { SpawnModel } from "../models/spawn.ts";
import { sayAge } from "../words.ts";
import { SpawnFailed } from "./spawn_failed.tsx";

interface FolderFieldProps {
  spawn: SpawnModel;
  machine: string | undefined;
}

export function FolderField({ spawn, machine }: FolderFieldProps) {
  const { draft, rows, active, creates, failure } = spawn;
  const field = useRef<HTMLInputElement>(null);
  const hasFailed = failure.value?.field === "folder";
  const take = (row: FolderRow | undefined) => {
    spawn.take(row);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    const row = rows.peek()[active.peek()];
    if (key === "ArrowDown") spawn.move(1);
    else if (key === "ArrowUp") spawn.move(-1);
    else if (key === "Tab" && !event.shiftKey && row) take(row);
    else if (key === "Enter" && row) take(row);
    else if (key === "Enter") document.getElementById("spawn-message")?.focus();
    else if (key === "ArrowLeft" && goesUp(event)) spawn.up();
    else return;
    event.preventDefault();
  };
  return (
    <div class="labelled">
      <label for="spawn-folder">
        Folder{machine ? ` on ${machine}` : ""}
      </label>
      <div class="folder-field" data-failed={hasFailed}>
        <IconButton
          icon="arrow-left"
          label="Parent folder"
          size={14}
          onClick={() => {
            spawn.up();
            field.current?.focus();
          }}
        />
        <input
          ref={field}
          id="spawn-folder"
          role="combobox"
          aria-expanded={rows.value.length > 0}
          aria-controls="spawn-folders"
          aria-autocomplete="list"
          aria-activedescendant={active.value >= 0
            ? `spawn-folder-${active.value}`
            : undefined}
          aria-invalid={hasFailed}
          aria-describedby={hasFailed ? "spawn-folder-failure" : undefined}
          autocapitalize="off"
          autocomplete="off"
          // Written so, it is an attribute: the property wants a boolean.
          autoCorrect="off"
          spellcheck={false}
          placeholder="~/src/project"
          value={draft.value.folder}
          onInput={({ currentTarget }) => spawn.write(currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {creates.value && <span class="pill">will be created</span>}
      </div>
      <SpawnFailed failure={failure.value} field="folder" />
      <FolderList spawn={spawn} onTake={take} />
    </div>
  );
}

interface FolderListProps {
  spawn: SpawnModel;
  onTake: (row: FolderRow) => void;
}

function FolderList({ spawn, onTake }: FolderListProps) {
  const { rows, active, typed, listing, creates } = spawn;
  const list = useRef<HTMLDivElement>(null);
  const { fragment } = typed.value;
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")
      ?.scrollIntoView({ block: "nearest" });
  }, [active.value]);
  const state = listing.value;
  return (
    <div
      ref={list}
      class="folder-list"
      id="spawn-folders"
      role="listbox"
      aria-label="Folders"
      data-state={state.kind}
    >
      {rows.value.map((row, i) => (
        <div
          key={keyOf(row)}
          id={`spawn-folder-${i}`}
          class="option"
          role="option"
          aria-selected={i === active.value}
          data-kind={row.kind}
          // Not on click: by then the field has lost the focus.
          onPointerDown={(event) => {
            event.preventDefault();
          }}
          onClick={() => onTake(row)}
        >
          <RowContent row={row} query={fragment} spawn={spawn} />
        </div>
      ))}
      {rows.value.length === 0 && (
        <p class="menu-note" role="option" aria-selected="false">
          {state.kind === "failed"
            ? state.reason
            : state.kind === "loading"
            ? "Looking…"
            : creates.value
            ? "The agent starts in a new, empty folder"
            : "No folders in it. The agent starts here."}
        </p>
      )}
    </div>
  );
}

interface RowContentProps {
  row: FolderRow;
  query: string;
  spawn: SpawnModel;
}

function RowContent({ row, query, spawn }: RowContentProps) {
  switch (row.kind) {
    case "create":
      return (
        <>
          <Icon name="plus" />
          <span class="cut">Create “{row.name}” here</span>
        </>
      );
    case "folder":
      return (
        <>
          <Icon name="folder" />
          <span class="cut">
            <Marked text={row.name} query={query} />
          </span>
          {row.facts && <Facts facts={row.facts} />}
        </>
      );
    case "recent":
      return (
        <>
          <Icon name="folder-open" />
          <span class="cut">
            <Marked
              text={asTyped(row.facts.path, spawn.home.value).slice(0, -1)}
              query={query}
            />
          </span>
          <Facts facts={row.facts} />
        </>
      );
  }
}

function Facts({ facts }: { facts: FolderFacts }) {
  const { branch, agents, lastAt } = facts;
  return (
    <>
      {branch && (
        <span class="pill" data-font="mono">
          <Icon name="git-branch" size={12} />
          <span class="cut">{branch}</span>
        </span>
      )}
      <span class="grow" />
      <span class="faint">
        {agents > 0
          ? `${agents} ${agents === 1 ? "agent" : "agents"} here`
          : sayLast(lastAt)}
      </span>
    </>
  );
}

function sayLast(at: number): string {
  const age = sayAge(at, Date.now());
  return age === "now"
    ? "just left"
    : /^\d+[mhd]$/.test(age)
    ? `${age} ago`
    : age;
}

/** In a folder with nothing typed after it, there is nowhere else to go. */
function goesUp({ currentTarget }: KeyboardEvent): boolean {
  const { value, selectionStart, selectionEnd } =
    currentTarget as HTMLInputElement;
  return value.endsWith("/") && value.length > 1 &&
    selectionStart === value.length && selectionEnd === value.length;
}

function keyOf(row: FolderRow): string {
  switch (row.kind) {
    case "create":
      return "+";
    case "folder":
      return row.name;
    case "recent":
      return row.facts.path;
  }
}
