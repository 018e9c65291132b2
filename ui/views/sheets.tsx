/** The dialogs of the page itself: keys, settings, another device. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Action } from "../actions.ts";
import { CopyLine } from "../components/copy_line.tsx";
import { Dialog } from "../components/dialog.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Kbd } from "../components/kbd.tsx";
import { Choice } from "../components/choice.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { Density, Theme } from "../models/appearance.ts";
import type { Layer } from "../models/navigation.ts";
import type { Page } from "../page.ts";
import { makePairingLink, type PairingLink, signOut } from "../session.ts";
import { sayMoment } from "../words.ts";

interface SheetProps {
  page: Page;
}

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

export function ShortcutSheet(
  { page, actions }: SheetProps & { actions: readonly Action[] },
) {
  const groups = ["Go", "Conversation", "Page"] as const;
  return (
    <Sheet page={page} layer="shortcuts" title="Keyboard shortcuts">
      <div class="shortcut-groups">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {actions.flatMap(({ id, label, keys, group: own }) =>
                keys && own === group
                  ? [<KeyLine key={id} keys={keys} label={label} />]
                  : []
              )}
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

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "dark", label: "Dark" },
  { value: "light", label: "Light" },
];

const DENSITIES: readonly { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

export function SettingsSheet({ page }: SheetProps) {
  const { appearance, navigation, nodes } = page;
  const server = nodes.server.value;
  return (
    <Sheet page={page} layer="settings" title="Settings">
      <Choice
        label="Theme"
        choices={THEMES}
        value={appearance.theme.value}
        onPick={appearance.setTheme}
      />
      <Choice
        label="Density"
        choices={DENSITIES}
        value={appearance.density.value}
        onPick={appearance.setDensity}
      />
      <div class="setting">
        <span>This browser</span>
        <span class="setting-buttons">
          <button
            type="button"
            class="button"
            onClick={() =>
              navigation.closeThen(
                "settings",
                () => navigation.open("pairing"),
              )}
          >
            Sign in another device
          </button>
          <button
            type="button"
            class="button"
            data-kind="danger"
            onClick={() => void signOut()}
          >
            Sign out
          </button>
        </span>
      </div>
      {server && (
        <p class="faint">
          hypivisor {server.version} on {server.machine}
        </p>
      )}
    </Sheet>
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

interface FrameProps extends SheetProps {
  layer: Layer;
  title: string;
  children: ComponentChildren;
}

function Sheet({ page, layer, title, children }: FrameProps) {
  const close = () => page.navigation.close(layer);
  return (
    <Dialog label={title} kind="sheet" onClose={close}>
      <header class="sheet-head">
        <h2>{title}</h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      <div class="sheet-body">{children}</div>
    </Dialog>
  );
}
