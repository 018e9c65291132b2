import type { ServiceStateName } from "../../server/protocol/service.ts";

interface ServiceGlyphProps {
  kind: ServiceStateName;
  word: string;
  /** It runs, but not as it should. */
  isUnwell: boolean;
}

/** A service's state: shape first, colour second, a word for all. */
export function ServiceGlyph({ kind, word, isUnwell }: ServiceGlyphProps) {
  const isSick = kind === "running" && isUnwell;
  return (
    <span
      class="status"
      data-state={isSick ? "waiting" : GLYPHS[kind]}
      role="img"
      aria-label={isSick ? `${word}, not as it should be` : word}
      title={word}
    />
  );
}

/** As the style sheet knows them; those of agents where they mean the same. */
const GLYPHS: Record<ServiceStateName, string> = {
  stopped: "idle",
  starting: "starting",
  running: "running",
  restarting: "restarting",
  failed: "error",
  stopping: "starting",
  invalid: "error",
};
