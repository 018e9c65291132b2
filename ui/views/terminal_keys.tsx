/**
 * How a phone types into a terminal: a field for a line, which no keyboard can
 * spoil before it is sent, and a bar with the keys that the keyboard lacks.
 */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Menu } from "../components/menu.tsx";
import {
  arrowKey,
  BAR_KEYS,
  type BarKey,
  type StickyKey,
  withSticky,
} from "../models/key_bar.ts";
import type { OpenTerminal } from "../models/open_terminal.ts";
import type { Page } from "../page.ts";

interface TerminalKeysProps {
  page: Page;
  terminal: OpenTerminal;
  /** Keys go to the terminal by themselves: only the bar is needed. */
  isRaw: boolean;
}

/** Lines that are offered again. Kept in memory only: they may be secrets. */
const MAX_LINES = 30;

/** A swipe up over the field brings the last line back. */
const SWIPE_PX = 24;

const NONE: ReadonlySet<StickyKey> = new Set();

export function TerminalKeys({ page, terminal, isRaw }: TerminalKeysProps) {
  const [sticky, setSticky] = useState(NONE);
  const send = (text: string) => {
    terminal.type(text);
    setSticky(NONE);
  };
  const press = (key: BarKey) => {
    const { sends } = key;
    switch (sends.kind) {
      case "text":
        return send(withSticky(sends.text, sticky));
      case "arrow": {
        const mode = terminal.screen.peek()?.hasApplicationCursor ?? false;
        return send(arrowKey(sends.final, sticky, mode));
      }
      case "sticky": {
        const next = new Set(sticky);
        if (!next.delete(sends.key)) next.add(sends.key);
        return setSticky(next);
      }
      case "paste":
        return void paste(page, terminal);
    }
  };
  return (
    <div class="terminal-keys">
      {!isRaw && <LineField sticky={sticky} onSend={send} />}
      <div class="key-bar" role="toolbar" aria-label="Keys">
        {BAR_KEYS.map((key) => (
          <button
            key={key.label}
            type="button"
            aria-label={key.name}
            aria-pressed={key.sends.kind === "sticky"
              ? sticky.has(key.sends.key)
              : undefined}
            // The keyboard would go with the focus.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => press(key)}
          >
            {key.label}
          </button>
        ))}
      </div>
    </div>
  );
}

interface LineFieldProps {
  sticky: ReadonlySet<StickyKey>;
  onSend: (text: string) => void;
}

function LineField({ sticky, onSend }: LineFieldProps) {
  const [line, setLine] = useState("");
  const [lines, setLines] = useState<readonly string[]>([]);
  const [isChoosing, setChoosing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const startY = useRef(0);

  const submit = () => {
    onSend(`${line}\r`);
    if (line.trim() !== "") {
      const rest = lines.filter((other) => other !== line);
      setLines([line, ...rest].slice(0, MAX_LINES));
    }
    setLine("");
  };
  const bringBack = () => {
    const next = lines[lines.indexOf(line) + 1];
    if (next !== undefined) setLine(next);
  };
  const onInput = (text: string) => {
    // With Ctrl or Alt down, a letter is a key and not part of a line.
    if (sticky.size > 0 && text.length === line.length + 1) {
      if (field.current) field.current.value = line;
      return onSend(withSticky(text.slice(-1), sticky));
    }
    setLine(text);
  };
  return (
    <form
      class="line-field"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onTouchStart={({ touches }) => startY.current = touches[0]?.clientY ?? 0}
      onTouchEnd={({ changedTouches }) => {
        const y = changedTouches[0]?.clientY ?? startY.current;
        if (startY.current - y > SWIPE_PX) bringBack();
      }}
    >
      <input
        ref={field}
        aria-label="Line for the terminal"
        placeholder="Type a line"
        autocapitalize="off"
        autocomplete="off"
        // Written so, it is an attribute: the property wants a boolean.
        autoCorrect="off"
        enterkeyhint="send"
        spellcheck={false}
        value={line}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowUp") bringBack();
          else if (event.key === "Backspace" && line === "") onSend("\x7f");
          else return;
          event.preventDefault();
        }}
      />
      {lines.length > 0 && (
        <span class="menu-anchor">
          <IconButton
            icon="clock"
            label="Lines before"
            size={20}
            expanded={isChoosing}
            onClick={() => setChoosing(true)}
          />
          {isChoosing && (
            <Menu
              label="Lines before"
              side="above"
              align="end"
              role="menu"
              onClose={() => setChoosing(false)}
            >
              {lines.map((one) => (
                <button
                  key={one}
                  type="button"
                  role="menuitem"
                  class="menu-item"
                  onClick={() => {
                    setLine(one);
                    setChoosing(false);
                    field.current?.focus();
                  }}
                >
                  <code class="cut">{one}</code>
                </button>
              ))}
            </Menu>
          )}
        </span>
      )}
      <button
        type="submit"
        class="button"
        data-kind="primary"
        aria-label="Send"
      >
        <Icon name="arrow-up" size={20} />
      </button>
    </form>
  );
}

async function paste(page: Page, terminal: OpenTerminal): Promise<void> {
  try {
    const text = await navigator.clipboard.readText();
    terminal.screen.peek()?.paste(text);
  } catch {
    // Plain HTTP, or the person said no.
    page.notices.say("The browser does not let the page read the clipboard");
  }
}
