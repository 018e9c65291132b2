import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { matches, type Pressed, sayKeys, shortcut } from "./keys.ts";

function press(key: string, mods: Partial<Pressed> = {}): Pressed {
  return {
    key,
    code: "",
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...mods,
  };
}

test("mod is Ctrl, and on a Mac the command key", () => {
  const keys = shortcut("mod+k");
  assert(matches(keys, press("k", { ctrlKey: true }), false));
  assert(matches(keys, press("k", { metaKey: true }), true));
  assert(!matches(keys, press("k", { ctrlKey: true }), true));
  assert(!matches(keys, press("k"), false));
});

test("a letter with Alt is known by its place, whatever it types", () => {
  const typed = press("ø", { altKey: true, code: "KeyO" });
  assert(matches(shortcut("alt+o"), typed, true));
});

test("a sign may need Shift, a letter may not have it", () => {
  assert(matches(shortcut("?"), press("?", { shiftKey: true }), false));
  assert(!matches(shortcut("j"), press("J", { shiftKey: true }), false));
});

test("only keys with a modifier work while somebody types", () => {
  assert(!shortcut("j").inFields);
  assert(shortcut("alt+t").inFields);
});

test("sayKeys() prints what is on the keyboard", () => {
  assertEquals(sayKeys("mod+shift+x", true), "⌘⇧X");
  assertEquals(sayKeys("alt+Enter", false), "Alt ↵");
});

test("matches() finds signs by their place where a modifier changes them", () => {
  const at = (key: string, code: string, mods: Partial<Pressed>) =>
    press(key, { code, ...mods });
  const ctrl = { ctrlKey: true };
  assert(matches(shortcut("ctrl+`"), at("`", "Backquote", ctrl), false));
  assert(matches(shortcut("ctrl+`"), at("Dead", "Backquote", ctrl), false));
  assert(matches(
    shortcut("ctrl+shift+`"),
    at("~", "Backquote", { ...ctrl, shiftKey: true }),
    false,
  ));
  assert(matches(
    shortcut("ctrl+alt+."),
    at("≥", "Period", { ...ctrl, altKey: true }),
    true,
  ));
  assert(!matches(shortcut("ctrl+`"), at("`", "Backquote", {}), false));
});

test("one letter after another is written with a space", () => {
  const keys = shortcut("g s");
  assertEquals(keys, { after: "g", mods: [], key: "s", inFields: false });
  assertEquals(sayKeys("g s", false), "G S");
  assertEquals(shortcut("/").after, undefined);
});
