/** The terminals that belong to an agent's folder, and who looks at its own. */

import type { NodeRecord } from "../../server/protocol/node.ts";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import type { Page } from "../page.ts";
import { showTerminal } from "../terminal_actions.ts";
import { sayEnd, terminalName } from "../words.ts";

interface InspectorTerminalsProps {
  page: Page;
  node: NodeRecord;
}

export function InspectorTerminals({ page, node }: InspectorTerminalsProps) {
  const isHere = node.machine === page.nodes.server.value?.machine;
  const shells = page.terminals.shells.value.filter(({ cwd, folder }) =>
    isHere && (cwd ?? folder) === node.cwd
  );
  if (shells.length === 0) return null;
  return (
    <section>
      <h2>In this folder</h2>
      <ul class="nearby">
        {shells.map((record) => (
          <li key={record.id}>
            <button type="button" onClick={() => showTerminal(page, record)}>
              <Icon name="terminal" size={14} />
              <span class="cut">{terminalName(record)}</span>
              <span class="faint number">{sayShort(record)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sayShort({ state, size }: TerminalRecord): string {
  return sayEnd(state)?.toLowerCase() ?? `${size.cols}×${size.rows}`;
}
