import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Flight, FlightBlock, Item } from "../protocol/item.ts";
import { Speaker } from "./speaker.ts";

function listen() {
  let said = "";
  const speaker = new Speaker((text) => said += text);
  return { speaker, said: () => said };
}

function answer(...texts: string[]): Item {
  const content = texts.map((text) => ({ type: "text" as const, text }));
  const message = { role: "assistant" as const, content, timestamp: 1 };
  return { kind: "message", key: "assistant:1", message };
}

function flight(...blocks: FlightBlock[]): Flight {
  return { key: "assistant:1", startedAt: 1, blocks };
}

const text = (text: string): FlightBlock => ({ kind: "text", text });

test("an answer is said as it is written, every letter once", () => {
  const { speaker, said } = listen();
  speaker.flight(flight());
  speaker.change({ type: "block", at: 0, block: text("") });
  speaker.change({ type: "delta", at: 0, text: "Hel" });
  assertEquals(said(), "Hel");
  assert(speaker.isSpeaking);
  speaker.change({ type: "delta", at: 0, text: "lo\nyou" });
  assertEquals(said(), "Hello\nyou");
  speaker.finish(answer("Hello\nyou"));
  assertEquals(said(), "Hello\nyou\n");
  assert(!speaker.isSpeaking);
});

test("thoughts and calls are not said, texts are kept apart", () => {
  const { speaker, said } = listen();
  speaker.flight(flight({ kind: "thinking", text: "Hm" }, text("One.")));
  speaker.change({ type: "delta", at: 0, text: " so" });
  speaker.change({ type: "block", at: 2, block: { kind: "tool", text: "{" } });
  speaker.change({ type: "block", at: 3, block: text("Two") });
  speaker.change({ type: "delta", at: 3, text: "." });
  speaker.finish(answer("One.", "Two."));
  assertEquals(said(), "One.\n\nTwo.\n");
});

test("after a cut only what is missing is said", () => {
  const { speaker, said } = listen();
  speaker.flight(flight(text("One")));
  speaker.flight(flight(text("One, two")));
  speaker.flight(null);
  speaker.finish(answer("One, two, three"));
  assertEquals(said(), "One, two, three\n");
});

test("an answer that was not heard before is said whole", () => {
  const { speaker, said } = listen();
  speaker.finish(answer("All of it"));
  assertEquals(said(), "All of it\n");
});

test("one that came out otherwise is said again", () => {
  const { speaker, said } = listen();
  speaker.flight(flight(text("My password is")));
  speaker.finish(answer("[removed]"));
  assertEquals(said(), "My password is\n[removed]\n");
});

test("nothing that is said moves the cursor, however it is cut", () => {
  const whole = "a\x1b[2Jb\x1b]0;t\x07c\x9b1md";
  for (let size = 1; size < whole.length; size++) {
    const { speaker, said } = listen();
    speaker.flight(flight(text("")));
    for (let at = 0; at < whole.length; at += size) {
      speaker.change({
        type: "delta",
        at: 0,
        text: whole.slice(at, at + size),
      });
    }
    speaker.finish(answer(whole));
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(said()), `${size}`);
    assert(said().endsWith("abcd\n"), JSON.stringify(said()));
  }
});
