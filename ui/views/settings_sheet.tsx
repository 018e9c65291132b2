/** Settings: how this browser shows the page, and who it is signed in as. */

import { IconButton } from "../components/icon_button.tsx";
import { Choice } from "../components/choice.tsx";
import type { Density, Theme } from "../models/appearance.ts";
import { signOut } from "../session.ts";
import { Sheet, type SheetProps } from "./sheet.tsx";

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
      {nodes.hasTerminals.value && <TerminalSettings page={page} />}
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

const SWITCH: readonly { value: "off" | "on"; label: string }[] = [
  { value: "off", label: "Off" },
  { value: "on", label: "On" },
];

function TerminalSettings({ page }: SheetProps) {
  const { look, zoom, setCopyOnRelease, setScreenReader } = page.terminalLook;
  const { fontSize, copyOnRelease, screenReader } = look.value;
  return (
    <>
      <div class="setting" role="group" aria-label="Text of terminals">
        <span>Text of terminals</span>
        <span class="setting-buttons">
          <IconButton
            icon="minus"
            label="Smaller text of terminals"
            onClick={() => zoom(-1)}
          />
          <span class="setting-value number">{fontSize} px</span>
          <IconButton
            icon="plus"
            label="Larger text of terminals"
            onClick={() => zoom(1)}
          />
        </span>
      </div>
      <Choice
        label="Copy what is selected in a terminal at once"
        choices={SWITCH}
        value={copyOnRelease ? "on" : "off"}
        onPick={(value) => setCopyOnRelease(value === "on")}
      />
      <Choice
        label="Screen reader support in terminals"
        choices={SWITCH}
        value={screenReader ? "on" : "off"}
        onPick={(value) => setScreenReader(value === "on")}
      />
    </>
  );
}
