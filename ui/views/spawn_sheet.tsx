/** The form for a new agent: where it works, what it should do, how. */

import { useEffect } from "preact/hooks";
import { Dialog } from "../components/dialog.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Kbd } from "../components/kbd.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { SpawnFailure } from "../models/spawn_failure.ts";
import type { Page } from "../page.ts";
import { FolderField } from "./spawn_folder.tsx";
import { SpawnFailed } from "./spawn_failed.tsx";
import { SpawnChoices } from "./spawn_choices.tsx";

interface SpawnSheetProps {
  page: Page;
}

export function SpawnSheet({ page }: SpawnSheetProps) {
  const { spawn, navigation, nodes } = page;
  const { draft, isStarting, failure } = spawn;
  const close = () => navigation.close("spawn");
  useEffect(() => {
    spawn.open();
    return () => spawn.close();
  }, []);
  const start = async () => {
    const started = await spawn.start();
    if (started) navigation.go({ kind: "agent", id: started.node });
    else focusFailed(failure.peek()?.field);
  };
  return (
    <Dialog
      label="New agent"
      kind="spawn"
      onClose={close}
      onSubmit={() => void start()}
    >
      <form
        class="spawn"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <header class="sheet-head">
          <h2>New agent</h2>
          <IconButton icon="x" label="Close" onClick={close} />
        </header>
        <div class="spawn-body">
          <FolderField spawn={spawn} machine={nodes.server.value?.machine} />
          <div class="labelled">
            <label for="spawn-message">First message (optional)</label>
            <textarea
              id="spawn-message"
              class="field"
              rows={3}
              placeholder="What should it do?"
              value={draft.value.message}
              aria-invalid={failure.value?.field === "message"}
              onInput={({ currentTarget }) =>
                spawn.setMessage(currentTarget.value)}
            />
            <SpawnFailed failure={failure.value} field="message" />
          </div>
          <SpawnChoices spawn={spawn} />
          <SpawnFailed failure={failure.value} field="model" />
          <SpawnFailed failure={failure.value} field="session" />
          <p class="spawn-trust">
            pi asks once whether it may trust a folder that it has not worked in
            before. It asks in its own terminal, which opens here; nobody
            answers for you.
          </p>
          <SpawnFailed failure={failure.value} field="form" />
        </div>
        <footer class="spawn-foot">
          <span class="faint">Runs in a terminal you can attach to.</span>
          <span class="grow" />
          <button
            type="button"
            class="button"
            data-kind="ghost"
            onClick={close}
          >
            Cancel
          </button>
          <button
            type="submit"
            class="button"
            data-kind="primary"
            disabled={isStarting.value}
          >
            {isStarting.value ? "Starting…" : "Start agent"}
            <Kbd keys={sayKeys("mod+Enter", IS_MAC)} />
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Where the person has to change something. */
function focusFailed(field: SpawnFailure["field"] | undefined): void {
  if (field === "folder" || field === "message") {
    document.getElementById(`spawn-${field}`)?.focus();
  }
}
