import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { UsageError } from "../command.ts";
import { KeyWatch, readDetachKey } from "./detach_key.ts";

/** What passes, and where it was left: "|" stands for that. */
function typed(key: string, ...pieces: string[]): string {
  const watch = new KeyWatch(readDetachKey(key));
  let out = "";
  for (const piece of pieces) {
    const { bytes, isDetached } = watch.feed(Buffer.from(piece, "latin1"));
    out += Buffer.from(bytes).toString("latin1");
    if (isDetached) return out + "|";
  }
  return out + Buffer.from(watch.flush()).toString("latin1");
}

test("one control key leaves, and all before it passes", () => {
  assertEquals(typed("ctrl-\\", "ls\r\x1c", "lost"), "ls\r|");
  assertEquals(typed("ctrl-]", "a\x1cb\x1dc"), "a\x1cb|");
  assertEquals(typed("^]", "a\x1d"), "a|");
  assertEquals(typed("C-a", "b\x01"), "b|");
  assertEquals(typed("none", "\x1c\x1d\x01"), "\x1c\x1d\x01");
});

test("a key and then another, as tmux has it", () => {
  assertEquals(typed("ctrl-b d", "x\x02d"), "x|");
  assertEquals(typed("ctrl-b d", "x\x02", "d"), "x|");
  assertEquals(typed("ctrl-b d", "x\x02xd"), "x\x02xd");
  assertEquals(typed("ctrl-b d", "\x02\x02d"), "\x02d");
  assertEquals(typed("ctrl-b d", "abcd"), "abcd");
  assertEquals(typed("ctrl-b d", "\x02\x1b[Ad"), "\x02\x1b[Ad");
});

test("the key is found however the terminal tells of it", () => {
  for (
    const told of [
      "\x1b[92;5u",
      "\x1b[92;5:1u",
      "\x1b[92:124;5u",
      "\x1b[92;69u", // With caps lock.
      "\x1b[92;133u", // With num lock.
      "\x1b[27;5;92~",
    ]
  ) {
    assertEquals(typed("ctrl-\\", `a${told}b`), "a|", JSON.stringify(told));
    // In two pieces, wherever it is cut.
    for (let cut = 2; cut < told.length; cut++) {
      const [head, tail] = [told.slice(0, cut), told.slice(cut)];
      assertEquals(typed("ctrl-\\", `a${head}`, `${tail}b`), "a|", head);
    }
  }
  assertEquals(typed("ctrl-b d", "\x1b[98;5u\x1b[100u"), "|");
});

test("what only looks like the key passes", () => {
  for (
    const other of [
      "\x1b[92;5:3u", // Let go.
      "\x1b[92;7u", // With alt.
      "\x1b[92u",
      "\x1b[93;5u",
      "\x1b[27;5;93~",
      "\x1b[27;6;92~",
      "\x1b[A",
      "\x1b",
      "\x1b[",
      "\x1bOP",
      "\x1b[<0;12;3M",
      "\xff\xfe\x00",
      `\x1b[${"1;".repeat(100)}`,
    ]
  ) {
    assertEquals(typed("ctrl-\\", other), other, JSON.stringify(other));
  }
});

test("what is pasted is no key, wherever it is cut", () => {
  const paste = "\x1b[200~a\x1cb\x1b[92;5uc\x1b[20\x1b[201~";
  assertEquals(typed("ctrl-\\", paste), paste);
  for (let cut = 1; cut < paste.length; cut++) {
    const pieces = [paste.slice(0, cut), `${paste.slice(cut)}x\x1cy`];
    assertEquals(typed("ctrl-\\", ...pieces), `${paste}x|`, String(cut));
  }
});

test("a paste of a mebibyte passes as it is, and quickly", () => {
  const watch = new KeyWatch(readDetachKey("ctrl-\\"));
  const all = Buffer.alloc(1 << 20, "some text, and a line end\r");
  const start = performance.now();
  const { bytes, isDetached } = watch.feed(all);
  assert(!isDetached && Buffer.from(bytes).equals(all));
  assert(performance.now() - start < 500);
});

test("half a sequence is held until it is flushed, but not of a paste", () => {
  const watch = new KeyWatch(readDetachKey("ctrl-\\"));
  assertEquals(watch.feed(Buffer.from("a\x1b[9")).bytes.length, 1);
  assert(watch.isHolding);
  assertEquals(Buffer.from(watch.flush()).toString(), "\x1b[9");
  watch.feed(Buffer.from("\x1b[200~abc\x1b[20"));
  assert(!watch.isHolding);
});

test("the key's name is what people read", () => {
  assertEquals(readDetachKey("ctrl-\\").name, "Ctrl-\\");
  assertEquals(readDetachKey("^b d").name, "Ctrl-B d");
});

test("readDetachKey() refuses what would make typing impossible", () => {
  for (const bad of ["", "q", "d ctrl-b", "ctrl-b d x", "alt-x", "ctrl-ä"]) {
    assertThrows(() => readDetachKey(bad), UsageError, "Cannot use");
  }
});
