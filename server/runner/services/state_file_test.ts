import { expect, test } from "bun:test";
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceName } from "../../protocol/service.ts";
import { StateFile } from "./state_file.ts";

const name = (text: string) => text as ServiceName;

function makePlace() {
  const dir = mkdtempSync(join(tmpdir(), "state-"));
  return {
    dir,
    path: join(dir, "services.json"),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}

test("StateFile remembers what was set, and forgets what was forgotten", () => {
  using place = makePlace();
  const state = new StateFile(place.path);
  state.set(name("a"), { desired: "down" });
  state.set(name("b"), { desired: "up", port: 8421 });
  state.set(name("c"), { desired: "up" });
  state.forget(name("c"));
  state.flush();
  const later = new StateFile(place.path);
  expect(later.get(name("a"))).toEqual({ desired: "down" });
  expect(later.get(name("b"))).toEqual({ desired: "up", port: 8421 });
  expect(later.get(name("c"))).toBeUndefined();
  expect(later.ownerOf(8421)).toBe(name("b"));
  expect(later.ownerOf(1)).toBeUndefined();
  expect(readdirSync(place.dir)).toEqual(["services.json"]);
  expect(statSync(place.path).mode & 0o777).toBe(0o600);
});

test("StateFile takes what it cannot read for nothing", () => {
  using place = makePlace();
  const broken = [
    "",
    "{",
    "[]",
    '{"services":[]}',
    '{"services":{"a":{"desired":"sideways"}}}',
    '{"services":{"a":{"desired":"up","port":70000}}}',
  ];
  for (const text of broken) {
    writeFileSync(place.path, text);
    const state = new StateFile(place.path);
    expect(state.get(name("a"))).toBeUndefined();
    state.set(name("a"), { desired: "up" });
    state.flush();
    expect(new StateFile(place.path).get(name("a"))).toEqual({ desired: "up" });
  }
});
