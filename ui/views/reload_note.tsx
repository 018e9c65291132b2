/** What the last reading of the files has changed, or why it has not. */

import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "../components/icon_button.tsx";
import type { ReloadLists } from "../../server/protocol/service.ts";
import type { Page } from "../page.ts";
import { Faults } from "./service_faults.tsx";

interface ReloadNoteProps {
  page: Page;
  /** A file whose faults are shown already. */
  except?: string;
}

const LISTS: readonly (readonly [keyof ReloadLists, string])[] = [
  ["added", "Added"],
  ["changed", "Changed"],
  ["removed", "Removed"],
  ["unchanged", "Unchanged"],
];

export function ReloadNote({ page, except }: ReloadNoteProps) {
  const { reload, closeReload } = page.serviceDo;
  const { value } = reload;
  const seen = useRef(value);
  seen.current = value;
  // On another screen it is no longer about what is seen, but one that was
  // asked for on the way there is.
  useEffect(() => () => {
    if (reload.peek() === seen.current) closeReload();
  }, []);
  if (value.kind === "none" || value.kind === "reading") return null;
  return (
    <section
      class="reload-note"
      aria-label="Reloaded files"
      data-kind={value.kind}
    >
      <div role="status">
        {value.kind === "refused"
          ? (
            <>
              <p>Nothing was changed: a file has faults.</p>
              <Faults
                faults={value.faults.filter(({ file }) => file !== except)}
              />
            </>
          )
          : (
            <dl>
              {LISTS.map(([key, word]) => (
                <div key={key} data-empty={value[key].length === 0}>
                  <dt>{word}</dt>
                  <dd>{value[key].join(", ") || "none"}</dd>
                </div>
              ))}
            </dl>
          )}
      </div>
      <IconButton icon="x" label="Close" size={14} onClick={closeReload} />
    </section>
  );
}
