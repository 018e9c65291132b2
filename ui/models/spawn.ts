/**
 * The form for a new agent: its folder, its first message, its choices.
 *
 * Kept while it is not sent, over closing and reloading. What the server
 * refuses stays here, beside the field that it is about.
 */

import {
  batch,
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
  untracked,
} from "@preact/signals";
import type { ModelFacts, NodeRecord } from "../../server/protocol/node.ts";
import type {
  MethodName,
  ParamsOf,
  ResultOf,
  Spawning,
} from "../../server/protocol/rpc.ts";
import { sayFailure } from "../rpc.ts";
import { readStored, type Storage } from "../storage.ts";
import { failureOf, type SpawnFailure } from "./spawn_failure.ts";
import {
  asTyped,
  type FolderRow,
  folderRows,
  joinPath,
  knownFolders,
  parentOf,
  readTyped,
} from "./folder_field.ts";

export interface SpawnPort {
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
  ): Promise<ResultOf<M>>;
  readonly nodes: ReadonlySignal<readonly NodeRecord[]>;
  readonly machine: ReadonlySignal<string | undefined>;
  readonly storage: Storage;
}

export type Listing =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly directories: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string };

interface SpawnDraft {
  readonly folder: string;
  readonly message: string;
  readonly model: string;
  readonly thinking: string;
}

const EMPTY: SpawnDraft = { folder: "", message: "", model: "", thinking: "" };
const KEY = "spawn";

/** Folders whose content is remembered while the form is open. */
const MAX_LISTED = 60;

export type SpawnModel = InstanceType<typeof SpawnModel>;

export const SpawnModel = createModel((port: SpawnPort) => {
  const draft = signal<SpawnDraft>({
    ...EMPTY,
    ...readStored(port.storage, KEY, isDraft),
  });
  const home = signal<string | undefined>(undefined);
  const isOpen = signal(false);
  const listings = signal<ReadonlyMap<string, Listing>>(new Map());
  /** A row of the list; -1: none, what is typed is meant as it is. */
  const active = signal(-1);
  const creates = signal(false);
  const continues = signal(false);
  const isStarting = signal(false);
  const failure = signal<SpawnFailure | undefined>(undefined);

  const known = computed(() =>
    knownFolders(port.nodes.value, port.machine.value)
  );
  const typed = computed(() => readTyped(draft.value.folder, home.value));
  const listing = computed((): Listing => {
    const { parent } = typed.value;
    const found = parent === undefined ? undefined : listings.value.get(parent);
    return found ?? { kind: "loading" };
  });
  const rows = computed((): readonly FolderRow[] => {
    const { value } = listing;
    const names = value.kind === "ready" ? value.directories : [];
    const all = folderRows(typed.value, names, known.value);
    // Nothing is known to be missing before the list is here.
    return value.kind === "ready"
      ? all
      : all.filter(({ kind }) => kind !== "create");
  });
  /** The folder that is meant, if it is there already. */
  const folder = computed(() => {
    const { parent, fragment } = typed.value;
    if (parent === undefined || draft.value.folder.trim() === "") return;
    if (fragment === "") return parent;
    const { value } = listing;
    const isThere = value.kind === "ready" &&
      value.directories.includes(fragment);
    return isThere ? joinPath(parent, fragment) : undefined;
  });
  /** The latest session that ended there and can be gone on with. */
  const lastSession = computed(() =>
    port.nodes.value
      .filter((node) =>
        node.machine === port.machine.value && node.cwd === folder.value &&
        node.state.kind === "offline" && node.session?.file !== undefined
      )
      .sort((a, b) => b.state.since - a.state.since)[0]
  );

  const keep = (wish: Partial<SpawnDraft>) => {
    draft.value = { ...draft.peek(), ...wish };
    port.storage.set(KEY, JSON.stringify(draft.peek()));
  };
  const setListing = (path: string, found: Listing) => {
    const rest = [...listings.peek()].slice(1 - MAX_LISTED);
    listings.value = new Map(rest).set(path, found);
  };
  const list = (path: string | undefined) => {
    const params = path === undefined ? {} : { path };
    port.call("list_directories", params).then((found) =>
      batch(() => {
        if (path === undefined) home.value = found.current;
        const { directories } = found;
        setListing(path ?? found.current, { kind: "ready", directories });
      })
    ).catch((thrown) => {
      const reason = sayFailure(thrown);
      if (path === undefined) failure.value = { field: "folder", reason };
      else setListing(path, { kind: "failed", reason });
    });
  };

  effect(() => {
    if (!isOpen.value) return;
    const { parent } = typed.value;
    untracked(() => {
      if (home.value === undefined) list(undefined);
      else if (parent !== undefined && !listings.value.has(parent)) {
        list(parent);
      }
    });
  });

  const write = (text: string) =>
    batch(() => {
      keep({ folder: text });
      creates.value = false;
      continues.value = false;
      failure.value = undefined;
      // What is typed is looked for; a folder that is spelt out is meant.
      active.value = untracked(() => typed.value.fragment) === "" ? -1 : 0;
    });

  return {
    draft,
    home,
    listing,
    rows,
    active,
    folder,
    creates,
    continues,
    lastSession,
    isStarting,
    failure,
    typed,
    /** Looks at the folders anew: they may have changed meanwhile. */
    open(): void {
      batch(() => {
        listings.value = new Map();
        home.value = undefined;
        failure.value = undefined;
        isOpen.value = true;
      });
    },
    close: () => isOpen.value = false,
    write,
    move(by: 1 | -1): void {
      const count = rows.peek().length;
      if (count === 0) return;
      active.value = (active.peek() + by + count) % count;
    },
    /** Takes a row of the list: goes into that folder, or means to make it. */
    take(row: FolderRow | undefined): void {
      if (!row) return;
      if (row.kind === "create") {
        batch(() => {
          write(
            asTyped(joinPath(row.parent, row.name), home.peek())
              .replace(/\/$/, ""),
          );
          creates.value = true;
          active.value = -1;
        });
        return;
      }
      const path = row.kind === "recent" ? row.facts.path : row.path;
      write(asTyped(path, home.peek()));
    },
    /** One folder up. */
    up(): void {
      const { parent, fragment } = typed.peek();
      if (parent === undefined) return;
      write(asTyped(fragment ? parent : parentOf(parent), home.peek()));
    },
    setMessage: (message: string) => keep({ message }),
    setModel: (model: string) => keep({ model }),
    setThinking: (thinking: string) => keep({ thinking }),
    /** From any agent that is there; rejects if there is none. */
    async models(): Promise<readonly ModelFacts[]> {
      const agent = port.nodes.peek().find(({ state }) =>
        state.kind !== "offline" && state.kind !== "starting"
      );
      if (!agent) throw new Error("No agent is here to be asked");
      return (await port.call("models", { node: agent.id })).models;
    },
    /** Undefined if it was refused; the failure says why. */
    async start(): Promise<Spawning | undefined> {
      const where = place();
      if (!where || isStarting.peek()) return undefined;
      batch(() => {
        isStarting.value = true;
        failure.value = undefined;
      });
      try {
        const started = await port.call("spawn_agent", {
          ...where,
          ...choices(),
        });
        batch(() => {
          draft.value = { ...EMPTY, model: draft.peek().model };
          creates.value = false;
          continues.value = false;
          port.storage.remove(KEY);
        });
        return started;
      } catch (thrown) {
        failure.value = failureOf(thrown);
        return undefined;
      } finally {
        isStarting.value = false;
      }
    },
  };

  function place(): { path: string; new_folder?: string } | undefined {
    const { parent, fragment } = typed.peek();
    if (creates.peek() && parent !== undefined) {
      return { path: parent, new_folder: fragment };
    }
    const path = folder.peek();
    if (path !== undefined) return { path };
    const reason = draft.peek().folder.trim() === ""
      ? "Choose a folder first"
      : `There is no “${fragment}” here: choose a folder, or create it`;
    failure.value = { field: "folder", reason };
    return undefined;
  }

  function choices() {
    const { message, model, thinking } = draft.peek();
    const session = continues.peek()
      ? lastSession.peek()?.session?.file
      : undefined;
    return {
      ...(message.trim() ? { prompt: message.trim() } : {}),
      ...(model.trim() ? { model: model.trim() } : {}),
      ...(thinking ? { thinking } : {}),
      ...(session ? { session } : {}),
    };
  }
});

function isDraft(value: unknown): value is Partial<SpawnDraft> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((part) => typeof part === "string");
}
