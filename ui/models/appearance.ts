/**
 * How this browser wants the page to look: theme, density, columns.
 *
 * Remembered here, never on the server: two screens of one person differ.
 */

import { computed, createModel, effect, signal } from "@preact/signals";
import { readStored, type Storage } from "../storage.ts";

export type Theme = "system" | "dark" | "light";
export type Density = "comfortable" | "compact";

/** Tabs of the inspector, from left to right. */
export const TABS = ["overview", "tools"] as const;
export type Tab = typeof TABS[number];

interface Appearance {
  readonly theme: Theme;
  readonly density: Density;
  readonly railPx: number;
  readonly inspectorPx: number;
  readonly rail: "open" | "closed";
  readonly inspector: "open" | "closed";
  readonly tab: Tab;
  /** Keys of roster groups. */
  readonly collapsed: readonly string[];
}

const KEY = "appearance";

const FIRST: Appearance = {
  theme: "system",
  density: "comfortable",
  railPx: 268,
  inspectorPx: 316,
  rail: "open",
  inspector: "open",
  tab: "overview",
  collapsed: [],
};

/** Below, names are cut; above, the transcript loses its column. */
export const COLUMN_MIN_PX = 200;
export const COLUMN_MAX_PX = 400;

/** More closed groups than anybody has; keeps what is stored small. */
const MAX_COLLAPSED = 200;

export interface SchemePort {
  prefersLight(): boolean;
  onChange(listener: () => void): () => void;
}

export type AppearanceModel = InstanceType<typeof AppearanceModel>;

export const AppearanceModel = createModel(
  (storage: Storage, scheme: SchemePort) => {
    const wishes = signal<Appearance>({
      ...FIRST,
      ...readStored(storage, KEY, isPartial),
    });
    const systemIsLight = signal(scheme.prefersLight());

    effect(() =>
      scheme.onChange(() => systemIsLight.value = scheme.prefersLight())
    );

    const change = (wish: Partial<Appearance>) => {
      wishes.value = { ...wishes.peek(), ...wish };
      storage.set(KEY, JSON.stringify(wishes.peek()));
    };

    return {
      theme: computed(() => wishes.value.theme),
      density: computed(() => wishes.value.density),
      rail: computed(() => wishes.value.rail),
      inspector: computed(() => wishes.value.inspector),
      tab: computed(() =>
        TABS.find((tab) => tab === wishes.value.tab) ?? FIRST.tab
      ),
      railPx: computed(() => wishes.value.railPx),
      inspectorPx: computed(() => wishes.value.inspectorPx),
      collapsed: computed((): ReadonlySet<string> =>
        new Set(wishes.value.collapsed)
      ),
      /** The theme that is shown: `system` resolved. */
      shown: computed((): "dark" | "light" => {
        const { theme } = wishes.value;
        if (theme !== "system") return theme;
        return systemIsLight.value ? "light" : "dark";
      }),
      setTheme: (theme: Theme) => change({ theme }),
      setDensity: (density: Density) => change({ density }),
      openTab: (tab: Tab) => change({ tab }),
      /** Round and round. */
      stepTab(by: 1 | -1): void {
        const at = TABS.indexOf(wishes.peek().tab) + by + TABS.length;
        change({ tab: TABS[at % TABS.length] ?? FIRST.tab });
      },
      toggleColumn(column: "rail" | "inspector"): void {
        const now = wishes.peek()[column];
        change({ [column]: now === "open" ? "closed" : "open" });
      },
      resize(column: "rail" | "inspector", px: number): void {
        const width = Math.round(
          Math.min(Math.max(px, COLUMN_MIN_PX), COLUMN_MAX_PX),
        );
        change(
          column === "rail" ? { railPx: width } : { inspectorPx: width },
        );
      },
      toggleGroup(key: string): void {
        const { collapsed } = wishes.peek();
        change({
          collapsed: collapsed.includes(key)
            ? collapsed.filter((other) => other !== key)
            : [...collapsed, key].slice(-MAX_COLLAPSED),
        });
      },
    };
  },
);

function isPartial(value: unknown): value is Partial<Appearance> {
  return typeof value === "object" && value !== null &&
    Array.isArray((value as Partial<Appearance>).collapsed ?? []);
}

const LIGHT = "(prefers-color-scheme: light)";

export const browserScheme: SchemePort = {
  prefersLight: () => matchMedia(LIGHT).matches,
  onChange(listener) {
    const query = matchMedia(LIGHT);
    query.addEventListener("change", listener);
    return () => query.removeEventListener("change", listener);
  },
};
