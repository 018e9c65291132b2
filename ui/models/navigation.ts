/**
 * Where the person is: one route, and the layers opened on top of it.
 *
 * Each layer has an entry in the browser's history, so that Back closes the
 * topmost one first, as people expect of a phone. The history is an argument.
 */

import { batch, computed, createModel, effect, signal } from "@preact/signals";
import { NEW_PATH, pathOf, readRoute, type Route } from "../route.ts";

/** Everything that covers the page until it is closed. */
export type Layer =
  | "palette"
  | "shortcuts"
  | "settings"
  | "pairing"
  /** The form for a new agent, which has an address of its own. */
  | "spawn"
  /** The inspector where it has no column of its own. */
  | "inspector";

/** What an entry of the history remembers. */
export interface Entry {
  /** How many layers were open. */
  readonly depth: number;
  /** How many steps Back stay inside this page. */
  readonly index: number;
}

export interface HistoryPort {
  path(): string;
  entry(): Entry | undefined;
  push(entry: Entry, path: string): void;
  replace(entry: Entry, path: string): void;
  back(): void;
  onPop(listener: () => void): () => void;
}

export type NavigationModel = InstanceType<typeof NavigationModel>;

export const NavigationModel = createModel((history: HistoryPort) => {
  const route = signal<Route>(readRoute(history.path()));
  const layers = signal<readonly Layer[]>([]);
  let afterPop: (() => void) | undefined;
  const index = () => history.entry()?.index ?? 0;

  const open = (layer: Layer) => {
    if (layers.peek().includes(layer)) return;
    layers.value = [...layers.peek(), layer];
    const entry = { depth: layers.peek().length, index: index() + 1 };
    const path = layer === "spawn" ? NEW_PATH : history.path();
    history.push(entry, path);
  };

  // After a reload no layer is open, whatever the entry says; but one that has
  // an address opens again, and Back closes it.
  const opensSpawn = history.path() === NEW_PATH;
  history.replace(
    { depth: 0, index: index() },
    opensSpawn ? pathOf(route.peek()) : history.path(),
  );
  if (opensSpawn) open("spawn");

  effect(() =>
    history.onPop(() => {
      batch(() => {
        const depth = history.entry()?.depth ?? 0;
        layers.value = layers.peek().slice(0, depth);
        if (history.path() !== NEW_PATH) {
          route.value = readRoute(history.path());
        } else if (!layers.peek().includes("spawn")) {
          // Forward to it again; what it was opened on is what is shown.
          layers.value = [...layers.peek(), "spawn"];
        }
      });
      const run = afterPop;
      afterPop = undefined;
      run?.();
    })
  );

  return {
    route,
    layers,
    top: computed(() => layers.value.at(-1)),
    agent: computed(() =>
      route.value.kind === "agent" ? route.value.id : undefined
    ),
    terminal: computed(() =>
      route.value.kind === "terminal" ? route.value.id : undefined
    ),
    /** Shows another screen; whatever is open on top of this one closes. */
    go(next: Route): void {
      const path = pathOf(next);
      if (layers.peek().length > 0) {
        history.replace({ depth: 0, index: index() }, path);
      } else if (path !== history.path()) {
        history.push({ depth: 0, index: index() + 1 }, path);
      }
      layers.value = [];
      route.value = next;
    },
    open,
    /** Closes one layer and all on top of it. */
    close(layer: Layer): void {
      if (layers.peek().at(-1) === layer) return history.back();
      layers.value = layers.peek().filter((open) => open !== layer);
    },
    /** Closes the topmost layer, then does what may open another. */
    closeThen(layer: Layer, run: () => void): void {
      if (layers.peek().at(-1) !== layer) return run();
      afterPop = run;
      history.back();
    },
    /** One screen up, by way of the history if it leads there. */
    up(): void {
      if (index() > 0) return history.back();
      const above = aboveOf(route.peek());
      history.replace({ depth: 0, index: 0 }, pathOf(above));
      route.value = above;
    },
  };
});

function aboveOf({ kind }: Route): Route {
  if (kind === "terminal") return { kind: "terminals" };
  return { kind: kind === "service" ? "services" : "home" };
}

export const browserHistory: HistoryPort = {
  path: () => location.pathname,
  entry: () => history.state as Entry | undefined ?? undefined,
  push: (entry, path) => history.pushState(entry, "", path),
  replace: (entry, path) => history.replaceState(entry, "", path),
  back: () => history.back(),
  onPop(listener) {
    globalThis.addEventListener("popstate", listener);
    return () => globalThis.removeEventListener("popstate", listener);
  },
};
