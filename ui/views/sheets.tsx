/** The dialogs of the page itself: keys, another device. */

import { useEffect, useState } from "preact/hooks";
import type { Action } from "../actions.ts";
import { CopyLine } from "../components/copy_line.tsx";
import { Kbd } from "../components/kbd.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import { makePairingLink, type PairingLink } from "../session.ts";
import { sayMoment } from "../words.ts";
import { Sheet, type SheetProps } from "./sheet.tsx";

/** Keys of the composer, which are not actions of the page. */
const WRITING: readonly (readonly [keys: string, label: string])[] = [
  ["Enter", "Send, or steer while it works"],
  ["alt+Enter", "Queue a follow-up"],
  ["shift+Enter", "New line"],
  ["alt+ArrowUp", "Take back what was not sent yet"],
  ["/", "Commands, at the start of a message"],
  ["@", "Mention a file"],
  ["mod+Enter", "Done with a dialog"],
];

/** Keys of a terminal's screen, which are not actions of the page either. */
const IN_TERMINAL: readonly (readonly [keys: string, label: string])[] = [
  ["ctrl+shift+c", "Copy what is selected"],
  ["ctrl+shift+v", "Paste"],
  ["F2", "Rename the terminal, on its tab"],
];

export function ShortcutSheet(
  { page, actions }: SheetProps & { actions: readonly Action[] },
) {
  const groups = ["Go", "Conversation", "Terminal", "Service", "Page"] as const;
  const offered = actions.filter(({ group }) =>
    (group !== "Terminal" || page.nodes.hasTerminals.value) &&
    (group !== "Service" || page.nodes.hasServices.value)
  );
  return (
    <Sheet
      page={page}
      layer="shortcuts"
      title="Keyboard shortcuts"
      isOnlyText
    >
      <div class="shortcut-groups">
        {groups
          .filter((group) => offered.some((action) => action.group === group))
          .map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {offered.flatMap(({ id, label, keys, group: own }) =>
                  keys && own === group
                    ? [<KeyLine key={id} keys={keys} label={label} />]
                    : []
                )}
                {group === "Terminal" &&
                  IN_TERMINAL.map(([keys, label]) => (
                    <KeyLine key={keys} keys={keys} label={label} />
                  ))}
              </dl>
            </section>
          ))}
        <section>
          <h3>Writing</h3>
          <dl>
            {WRITING.map(([keys, label]) => (
              <KeyLine key={keys} keys={keys} label={label} />
            ))}
            <div>
              <dt>Stop the agent, in an empty message</dt>
              <dd>
                <Kbd keys="Esc Esc" />
              </dd>
            </div>
          </dl>
        </section>
      </div>
    </Sheet>
  );
}

function KeyLine({ keys, label }: { keys: string; label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Kbd keys={sayKeys(keys, IS_MAC)} />
      </dd>
    </div>
  );
}

type Pairing =
  | { readonly kind: "asking" }
  | { readonly kind: "ready"; readonly link: PairingLink }
  | { readonly kind: "failed"; readonly reason: string };

export function PairingSheet({ page }: SheetProps) {
  const [pairing, setPairing] = useState<Pairing>({ kind: "asking" });
  useEffect(() => {
    makePairingLink()
      .then((link) => setPairing({ kind: "ready", link }))
      .catch((thrown: Error) =>
        setPairing({ kind: "failed", reason: thrown.message })
      );
  }, []);
  return (
    <Sheet page={page} layer="pairing" title="Sign in another device">
      {pairing.kind === "asking" && <p class="faint">Making a link…</p>}
      {pairing.kind === "failed" && <p role="alert">{pairing.reason}</p>}
      {pairing.kind === "ready" && (
        <>
          <p>
            Open this link on the other device. It works once
            {pairing.link.expiresAt === undefined
              ? ""
              : `, until ${sayMoment(pairing.link.expiresAt, Date.now())}`}.
          </p>
          <CopyLine text={pairing.link.url} />
          <p class="faint">
            Whoever has the link is let in: send it only to yourself. If the
            other device cannot reach this address, use the name by which it
            reaches this machine.
          </p>
        </>
      )}
    </Sheet>
  );
}
