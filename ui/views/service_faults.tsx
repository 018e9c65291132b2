/** Faults of files, each where an editor finds it. */

import type { ConfigFault } from "../../server/protocol/service.ts";
import { sayFault, sayPlace } from "../models/service_words.ts";

interface FaultsProps {
  faults: readonly ConfigFault[];
}

export function Faults({ faults }: FaultsProps) {
  return (
    <ul class="faults">
      {faults.map((fault) => (
        <li
          key={`${fault.file}:${fault.line}:${fault.column}:${fault.message}`}
        >
          <span class="fault-message">{sayFault(fault)}</span>
          <code class="fault-place" title={fault.file}>{sayPlace(fault)}</code>
        </li>
      ))}
    </ul>
  );
}
