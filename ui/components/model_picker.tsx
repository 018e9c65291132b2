import { useEffect, useState } from "preact/hooks";
import type { ModelFacts } from "../../server/protocol/node.ts";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";

interface ModelPickerProps {
  current: ModelFacts | undefined;
  load: () => Promise<readonly ModelFacts[]>;
  onPick: (model: ModelFacts) => void;
}

type Offer =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "ready"; readonly models: readonly ModelFacts[] };

/** More than are worth drawing: the field above narrows them down. */
const MAX_SHOWN = 60;

export function ModelPicker({ current, load, onPick }: ModelPickerProps) {
  const [offer, setOffer] = useState<Offer>({ kind: "loading" });
  const [query, setQuery] = useState("");
  useEffect(() => {
    load()
      .then((models) => setOffer({ kind: "ready", models }))
      .catch((thrown: Error) =>
        setOffer({ kind: "failed", reason: thrown.message })
      );
  }, []);
  const found = offer.kind === "ready" ? findModels(offer.models, query) : [];
  return (
    <div class="model-picker">
      <input
        class="field"
        aria-label="Filter models"
        placeholder="Filter models…"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && found[0]) onPick(found[0]);
        }}
      />
      {offer.kind === "failed" && <p class="menu-note">{offer.reason}</p>}
      {offer.kind === "loading" && <p class="menu-note">Asking the agent…</p>}
      {offer.kind === "ready" && found.length === 0 && (
        <p class="menu-note">No such model</p>
      )}
      <div class="menu-scroll">
        {found.slice(0, MAX_SHOWN).map((model) => (
          <button
            key={`${model.provider} ${model.id}`}
            type="button"
            class="menu-item"
            aria-pressed={isSame(model, current)}
            onClick={() => onPick(model)}
          >
            <b>{model.name || model.id}</b>
            <span>{model.provider}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function findModels(
  models: readonly ModelFacts[],
  query: string,
): readonly ModelFacts[] {
  if (query.trim() === "") return models;
  return bestFirst(
    models,
    ({ name, id, provider }) => fuzzyScore(query, `${name} ${id} ${provider}`),
  );
}

function isSame(model: ModelFacts, other: ModelFacts | undefined): boolean {
  return model.id === other?.id && model.provider === other.provider;
}
