import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { INPUT_MAX_BYTES, TerminalInput } from "./terminal_input.ts";

/** A connection whose way out is emptied by the test. */
function openInput() {
  const sent: Uint8Array[] = [];
  const port = {
    isOpen: true,
    waiting: 0,
    later: undefined as (() => void) | undefined,
    send(bytes: Uint8Array) {
      if (!port.isOpen) return false;
      sent.push(bytes);
      port.waiting += bytes.length;
      return true;
    },
    waitingBytes: () => port.waiting,
    after(_ms: number, run: () => void) {
      port.later = run;
      return () => port.later = undefined;
    },
  };
  const input = new TerminalInput(port);
  const text = () => Buffer.concat(sent).toString();
  return { port, input, sent, text };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("TerminalInput sends keys at once", () => {
  const { input, text } = openInput();
  input.open();
  input.type(bytes("l"));
  input.type(bytes("s"));
  assertEquals(text(), "ls");
});

test("TerminalInput sends a long paste in pieces, as they leave, intact", () => {
  const { input, port, sent, text } = openInput();
  const paste = "0123456789abcdef".repeat(10_000);
  input.open();
  input.type(bytes(paste));
  input.type(bytes("!"));
  assertEquals(port.waiting, 64 * 1024);

  for (let i = 0; i < 10; i++) {
    port.waiting = 0;
    port.later?.();
  }
  assertEquals(text(), `${paste}!`);
  assert(sent.every((piece) => piece.length <= 16 * 1024));
  assertEquals(input.waitingBytes, 0);
});

test("TerminalInput holds what is typed during a cut, and not much of it", () => {
  const { input, text } = openInput();
  assert(input.type(bytes("ls\r")));
  assert(!input.type(new Uint8Array(5_000)));
  input.open();
  assertEquals(text(), "ls\r");
});

test("TerminalInput drops the rest of a paste that was cut", () => {
  const { input, port, text } = openInput();
  input.open();
  input.type(bytes("x".repeat(100_000)));
  const { length } = text();
  input.hold();
  port.waiting = 0;
  input.open();
  assertEquals(text().length, length);
});

test("TerminalInput refuses more than anybody means to paste", () => {
  const { input, sent } = openInput();
  input.open();
  assert(!input.type(new Uint8Array(INPUT_MAX_BYTES + 1)));
  assertEquals(sent, []);
});
