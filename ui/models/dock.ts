/**
 * The dock under the stage: open or not, how high, and which tab is on top.
 *
 * Each folder has a tab of its own on top, so that the dock is in the folder of
 * the agent on stage. Knows terminals by their records only, and remembers all
 * of it in this browser.
 */

import {
  computed,
  createModel,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { NodeId } from "../../server/protocol/node.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { readStored, type Storage } from "../storage.ts";

interface DockWishes {
  readonly isOpen: boolean;
  readonly heightPx: number;
  /** The tab on top, by folder; `""` is where no agent is on stage. */
  readonly tabs: Readonly<Record<string, TerminalId>>;
}

/** What is on stage, as far as the dock cares. */
export interface DockScene {
  readonly folder: string;
  readonly node?: NodeId;
  /** The agent's own terminal is on stage already. */
  readonly isTerminalOnStage?: boolean;
}

const KEY = "dock";

const FIRST: DockWishes = { isOpen: false, heightPx: 260, tabs: {} };

/** Two lines and the tabs; above, the composer would have no room. */
export const DOCK_MIN_PX = 96;
export const DOCK_MAX_PX = 900;

/** Folders whose tab is remembered; the oldest is forgotten. */
const MAX_FOLDERS = 100;

export type DockModel = InstanceType<typeof DockModel>;

export const DockModel = createModel(
  (
    all: ReadonlySignal<readonly TerminalRecord[]>,
    scene: ReadonlySignal<DockScene>,
    storage: Storage,
  ) => {
    const wishes = signal<DockWishes>({
      ...FIRST,
      ...readStored(storage, KEY, isPartial),
    });
    const change = (wish: Partial<DockWishes>) => {
      wishes.value = { ...wishes.peek(), ...wish };
      storage.set(KEY, JSON.stringify(wishes.peek()));
    };
    /** Every shell, and the terminal of the agent on stage. */
    const tabs = computed(() => {
      const { node, isTerminalOnStage } = scene.value;
      return all.value.filter((one) =>
        one.kind === "shell" ||
        (one.node === node && node !== undefined && !isTerminalOnStage)
      );
    });
    const active = computed(() =>
      pickTab(tabs.value, wishes.value, scene.value)
    );

    return {
      tabs,
      active,
      isOpen: computed(() => wishes.value.isOpen),
      heightPx: computed(() => wishes.value.heightPx),
      scene,
      setOpen: (isOpen: boolean) => change({ isOpen }),
      /** Puts a tab on top for the folder on stage. */
      pick(id: TerminalId): void {
        const { folder } = scene.peek();
        const { [folder]: _old, ...others } = wishes.peek().tabs;
        const rest = Object.entries(others).slice(1 - MAX_FOLDERS);
        change({ tabs: { ...Object.fromEntries(rest), [folder]: id } });
      },
      resize(px: number): void {
        const heightPx = Math.round(
          Math.min(Math.max(px, DOCK_MIN_PX), DOCK_MAX_PX),
        );
        change({ heightPx });
      },
    };
  },
);

/** The one picked here, else the newest shell of this folder, else any. */
function pickTab(
  tabs: readonly TerminalRecord[],
  { tabs: picked }: DockWishes,
  { folder }: DockScene,
): TerminalRecord | undefined {
  return tabs.find(({ id }) => id === picked[folder]) ??
    tabs.findLast((one) => one.kind === "shell" && one.folder === folder) ??
    tabs.at(-1);
}

/** Whether the dock has a shell that belongs in this folder. */
export function hasShellIn(
  tabs: readonly TerminalRecord[],
  folder: string,
): boolean {
  return tabs.some((one) =>
    one.kind === "shell" && one.state.kind === "running" &&
    (one.folder === folder || one.cwd === folder)
  );
}

function isPartial(value: unknown): value is Partial<DockWishes> {
  const { heightPx = FIRST.heightPx, tabs = {} } = (value ?? {}) as Partial<
    DockWishes
  >;
  return typeof value === "object" && typeof heightPx === "number" &&
    typeof tabs === "object" && tabs !== null;
}
