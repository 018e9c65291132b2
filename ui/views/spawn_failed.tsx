import { Icon } from "../components/icon.tsx";
import type { SpawnFailure } from "../models/spawn_failure.ts";

interface SpawnFailedProps {
  failure: SpawnFailure | undefined;
  field: SpawnFailure["field"];
}

/** What was refused, beside the field that it is about. */
export function SpawnFailed({ failure, field }: SpawnFailedProps) {
  if (failure?.field !== field) return null;
  return (
    <p class="field-failure" id={`spawn-${field}-failure`} role="alert">
      <Icon name="triangle-alert" size={14} />
      {failure.reason}
    </p>
  );
}
