/** The services of an agent's folder, and any that needs a person. */

import type { NodeRecord } from "../../server/protocol/node.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { ServiceGlyph } from "../components/service_glyph.tsx";
import { isTroubled, servicesNear } from "../models/services.ts";
import { serviceWord } from "../models/service_words.ts";
import type { Page } from "../page.ts";

interface InspectorServicesProps {
  page: Page;
  node: NodeRecord;
}

export function InspectorServices({ page, node }: InspectorServicesProps) {
  const isHere = node.machine === page.nodes.server.value?.machine;
  const near = isHere ? servicesNear(page.services.all.value, node.cwd) : [];
  if (near.length === 0) return null;
  return (
    <section>
      <h2>Services</h2>
      <ul class="nearby">
        {near.map((record) => {
          const { name, state, health } = record;
          return (
            <li key={name} data-bad={isTroubled(record)}>
              <button
                type="button"
                onClick={() => page.navigation.go({ kind: "service", name })}
              >
                <ServiceGlyph
                  kind={state.kind}
                  word={serviceWord(state.kind)}
                  isUnwell={health.kind === "unhealthy"}
                />
                <span class="cut">{name}</span>
                <span class="faint number">{sayShort(record)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function sayShort(record: ServiceRecord): string {
  const { state, port, lastExit, faults, health } = record;
  if (state.kind === "failed" && lastExit && lastExit.code !== 0) {
    const again = record.restarts > 0 ? `, restart ${record.restarts}` : "";
    return `exit ${lastExit.code}${again}`;
  }
  if (faults.length > 0) return "faulty file";
  if (state.kind !== "running") return serviceWord(state.kind).toLowerCase();
  if (health.kind === "unhealthy") return "unhealthy";
  return port === undefined ? "" : `:${port}`;
}
