import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { NodeId } from "../../server/protocol/node.ts";
import type { ServiceName } from "../../server/protocol/service.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import { type Entry, type HistoryPort, NavigationModel } from "./navigation.ts";

/** A browser's history: a list of pages and where one is in it. */
class FakeHistory implements HistoryPort {
  readonly #pages: { path: string; entry: Entry | undefined }[];
  #at = 0;
  #onPop = () => {};

  constructor(path: string) {
    this.#pages = [{ path, entry: undefined }];
  }
  path = () => this.#pages[this.#at]?.path ?? "/";
  entry = () => this.#pages[this.#at]?.entry;
  push(entry: Entry, path: string): void {
    this.#pages.splice(++this.#at, Infinity, { path, entry });
  }
  replace(entry: Entry, path: string): void {
    this.#pages[this.#at] = { path, entry };
  }
  back(): void {
    this.#at--;
    this.#onPop();
  }
  onPop(listener: () => void): () => void {
    this.#onPop = listener;
    return () => {};
  }
}

const agent = (id: string) => ({ kind: "agent", id: id as NodeId }) as const;

test("Back closes the topmost layer before it leaves the screen", () => {
  const history = new FakeHistory("/");
  const navigation = new NavigationModel(history);
  navigation.go(agent("a"));
  navigation.open("settings");
  navigation.open("palette");

  history.back();
  assertEquals(navigation.layers.value, ["settings"]);
  history.back();
  assertEquals(navigation.layers.value, []);
  assertEquals(navigation.agent.value, "a" as NodeId);
  history.back();
  assertEquals(navigation.route.value, { kind: "home" });
});

test("an agent picked in the palette takes the palette's place", () => {
  const history = new FakeHistory("/");
  const navigation = new NavigationModel(history);
  navigation.open("palette");
  navigation.go(agent("a"));

  assertEquals(navigation.layers.value, []);
  history.back();
  assertEquals(navigation.route.value, { kind: "home" });
});

test("closeThen() opens the next layer on the screen, not on the first", () => {
  const navigation = new NavigationModel(new FakeHistory("/"));
  navigation.open("palette");
  navigation.closeThen("palette", () => navigation.open("settings"));
  assertEquals(navigation.layers.value, ["settings"]);
});

test("up() leads home from an address that was opened directly", () => {
  const history = new FakeHistory("/a/a");
  const navigation = new NavigationModel(history);
  navigation.up();
  assertEquals(navigation.route.value, { kind: "home" });
  assertEquals(history.path(), "/");
});

test("the form for a new agent has an address, and Back closes it", () => {
  const history = new FakeHistory("/new");
  const navigation = new NavigationModel(history);
  assertEquals(navigation.layers.value, ["spawn"]);
  assertEquals(navigation.route.value, { kind: "home" });

  history.back();
  assertEquals(navigation.layers.value, []);
  assertEquals(history.path(), "/");
  navigation.go(agent("a"));
  navigation.open("spawn");
  assertEquals(history.path(), "/new");
  history.back();
  assertEquals(navigation.agent.value, "a" as NodeId);
});

test("a terminal has an address, and so has the list of them", () => {
  const history = new FakeHistory("/t/k3f9");
  const navigation = new NavigationModel(history);
  assertEquals(navigation.terminal.value, "k3f9" as TerminalId);
  navigation.go({ kind: "terminals" });
  assertEquals(history.path(), "/t");
});

test("above a service that was opened by its address is the list of them", () => {
  const history = new FakeHistory("/s/shop-api");
  const navigation = new NavigationModel(history);
  const name = "shop-api" as ServiceName;
  assertEquals(navigation.route.value, { kind: "service", name });
  navigation.up();
  assertEquals(history.path(), "/s");
  assertEquals(navigation.route.value, { kind: "services" });
  navigation.up();
  assertEquals(history.path(), "/");
});
