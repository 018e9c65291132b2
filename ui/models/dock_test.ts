import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assertEquals } from "@std/assert";
import type { NodeId } from "../../server/protocol/node.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { MemoryStorage } from "../storage.ts";
import { DockModel, type DockScene, hasShellIn } from "./dock.ts";

function terminal(
  id: string,
  folder: string,
  more: Partial<TerminalRecord> = {},
): TerminalRecord {
  return {
    id: id as TerminalId,
    kind: "shell",
    command: ["/bin/bash"],
    folder,
    size: { cols: 80, rows: 24 },
    state: { kind: "running", since: 0, pid: 1 },
    openedAt: 0,
    viewers: [],
    ...more,
  };
}

const AGENT = { kind: "agent", node: "n1" as NodeId } as const;

function openDock(all: readonly TerminalRecord[]) {
  const scene = signal<DockScene>({ folder: "/a" });
  const storage = new MemoryStorage();
  const dock = new DockModel(signal(all), scene, storage);
  const onTop = () => dock.active.value?.id as string | undefined;
  return { dock, scene, storage, onTop };
}

test("DockModel has a tab on top for each folder", () => {
  const { dock, scene, onTop } = openDock([
    terminal("a1", "/a"),
    terminal("a2", "/a"),
    terminal("b1", "/b"),
  ]);
  assertEquals(onTop(), "a2");
  dock.pick("a1" as TerminalId);
  assertEquals(onTop(), "a1");
  scene.value = { folder: "/b" };
  assertEquals(onTop(), "b1");
  scene.value = { folder: "/a" };
  assertEquals(onTop(), "a1");
});

test("DockModel shows an agent's terminal with that agent, unless it is on stage", () => {
  const { dock, scene } = openDock([
    terminal("a1", "/a"),
    terminal("pi", "/a", AGENT),
  ]);
  const ids = () => dock.tabs.value.map(({ id }) => id as string);
  assertEquals(ids(), ["a1"]);
  scene.value = { folder: "/a", node: AGENT.node };
  assertEquals(ids(), ["a1", "pi"]);
  scene.value = { folder: "/a", node: AGENT.node, isTerminalOnStage: true };
  assertEquals(ids(), ["a1"]);
});

test("DockModel remembers how it was left", () => {
  const { dock, storage } = openDock([
    terminal("a1", "/a"),
    terminal("a2", "/a"),
  ]);
  dock.setOpen(true);
  dock.resize(333.4);
  dock.pick("a1" as TerminalId);

  const again = new DockModel(
    signal([terminal("a1", "/a"), terminal("a2", "/a")]),
    signal({ folder: "/a" }),
    storage,
  );
  assertEquals(again.isOpen.value, true);
  assertEquals(again.heightPx.value, 333);
  assertEquals(again.active.value?.id as string, "a1");
});

test("hasShellIn() counts a shell that went there, and none that has ended", () => {
  const gone = terminal("x", "/a", {
    state: { kind: "exited", at: 0, code: 0, signal: null },
  });
  assertEquals(hasShellIn([gone], "/a"), false);
  assertEquals(hasShellIn([terminal("y", "/", { cwd: "/a" })], "/a"), true);
});
