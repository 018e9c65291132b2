import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type {
  TerminalDown,
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { Link, type LinkPort, type LinkState, type Socket } from "../link.ts";
import { openTerminal } from "./open_terminal.ts";
import type { Screen, ScreenEvents } from "./terminal_screen.ts";

const ID = "t1" as TerminalId;
const ROOM = { cols: 100, rows: 30 };

function record(more: Partial<TerminalRecord> = {}): TerminalRecord {
  return {
    id: ID,
    kind: "shell",
    command: ["bash"],
    folder: "/",
    size: ROOM,
    state: { kind: "running", since: 0, pid: 1 },
    openedAt: 0,
    viewers: [{ id: "me", name: "x", readOnly: false, hasSize: true }],
    ...more,
  };
}

class FakeSocket implements Socket {
  readonly bufferedAmount = 0;
  readonly readyState = WebSocket.OPEN;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  send(data: string | Uint8Array): void {
    this.sent.push(
      typeof data === "string" ? data : new TextDecoder().decode(data),
    );
  }
  close(): void {}
  say(frame: TerminalDown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  print(text: string): void {
    this.onmessage?.({ data: new TextEncoder().encode(text).buffer });
  }
}

/** A terminal on a screen that says what was done to it. */
async function open() {
  const sockets: FakeSocket[] = [];
  const said: string[] = [];
  const drawn: string[] = [];
  const due = new Set<() => void>();
  const after = (_ms: number, run: () => void) => {
    due.add(run);
    return () => due.delete(run);
  };
  const pass = () => {
    for (const run of [...due]) {
      due.delete(run);
      run();
    }
  };
  const port: LinkPort = {
    open(path) {
      sockets.push(new FakeSocket(path));
      return socket();
    },
    now: () => 0,
    random: () => 0,
    after,
    isSignedIn: () => Promise.resolve(true),
    onWake: () => () => {},
  };
  const socket = () => {
    const last = sockets.at(-1);
    assert(last);
    return last;
  };
  const registry = signal<LinkState>({ kind: "open", since: 0 });
  const isAwake = signal(true);
  const records = signal<ReadonlyMap<TerminalId, TerminalRecord>>(new Map());
  let events: ScreenEvents | undefined;
  const terminal = openTerminal(ID, {
    connect: (options) => new Link(options, port),
    loadScreen(given) {
      events = given;
      const screen = {
        reset: () => drawn.push("reset"),
        resize: () => drawn.push("resize"),
        write(bytes: Uint8Array, taken: () => void) {
          drawn.push(new TextDecoder().decode(bytes));
          taken();
        },
        dispose: () => drawn.push("dispose"),
      };
      return Promise.resolve(screen as unknown as Screen);
    },
    isPageKey: () => false,
    setFontSize: () => {},
    say: (sentence) => said.push(sentence),
    records,
    registry,
    isAwake,
    viewerName: "Chromium on Linux",
    after,
  });
  terminal.start();
  await Promise.resolve();
  await Promise.resolve();
  assert(events);
  const begin = (stream = "s1", text = "$ ") => {
    const place = { stream, offset: 2, bytes: text.length, size: ROOM };
    socket().onopen?.();
    socket().say({
      type: "attached",
      viewer: "me",
      window: 1 << 18,
      terminal: record(),
    });
    socket().say({ type: "screen", ...place });
    socket().print(text);
  };
  return {
    terminal,
    events,
    sockets,
    socket,
    drawn,
    said,
    registry,
    records,
    isAwake,
    begin,
    pass,
  };
}

test("a terminal attaches once there is room for it, and says how much", async () => {
  const { terminal, events, sockets, socket, begin, drawn } = await open();
  assertEquals(sockets.length, 0);
  events.onRoom(ROOM);
  assertMatch(socket().path, /^\/ws\/terminal\/t1\?name=Chromium.*cols=100/);
  assert(terminal.isLoading.value);
  begin();
  assert(!terminal.isLoading.value);
  assertEquals(drawn, ["reset", "$ "]);
  assertEquals(terminal.note.value, undefined);
});

test("after a cut it goes on in its place, and sends what was held", async () => {
  const { terminal, events, socket, begin, drawn, pass } = await open();
  events.onRoom(ROOM);
  begin();
  socket().print("ls");
  socket().onclose?.({ code: 1006, reason: "" });
  terminal.type("x");
  pass();
  assertMatch(socket().path, /stream=s1&offset=4/);
  socket().onopen?.();
  assertEquals(socket().sent, []);
  drawn.length = 0;
  socket().say({ type: "resumed", stream: "s1", offset: 4 });
  socket().print("!");

  assertEquals(drawn, ["!"]);
  assertEquals(socket().sent, ["x"]);
  assertEquals(terminal.note.value, undefined);
});

test("a screen that had to be painted anew is called reattached", async () => {
  const { terminal, events, socket, begin, pass } = await open();
  events.onRoom(ROOM);
  begin();
  socket().onclose?.({ code: 1006, reason: "" });
  terminal.type("rm -rf x\r");
  pass();
  begin("s2", "new");

  assertEquals(terminal.note.value, "reattached");
  assert(!socket().sent.includes("rm -rf x\r"), "It was for another program");
  pass();
  assertEquals(terminal.note.value, undefined);
});

test("a screen in the middle says that it has caught up", async () => {
  const { terminal, events, socket, begin } = await open();
  events.onRoom(ROOM);
  begin();
  socket().say({
    type: "screen",
    stream: "s1",
    offset: 9_000,
    bytes: 0,
    size: ROOM,
  });
  assertEquals(terminal.note.value, "caughtUp");
});

test("another viewer's size is foreign until this one claims it", async () => {
  const { terminal, events, socket, begin } = await open();
  events.onRoom(ROOM);
  begin();
  assertEquals(terminal.foreignSize.value, undefined);
  const other = { id: "you", name: "y", readOnly: false, hasSize: true };
  const mine = { id: "me", name: "x", readOnly: false, hasSize: false };
  const size = { cols: 80, rows: 24 };
  socket().say({
    type: "terminal",
    terminal: record({ viewers: [other, mine], size }),
  });
  socket().say({ type: "size", size });
  assertEquals(terminal.foreignSize.value, size);
  assert(!events.mayAnswer());
  terminal.claim();
  assertEquals(socket().sent.at(-1), '{"type":"claim"}');
});

test("an ended program gets no keys", async () => {
  const { terminal, events, socket, begin } = await open();
  events.onRoom(ROOM);
  begin();
  const { length } = socket().sent;
  socket().say({
    type: "terminal",
    terminal: record({
      state: { kind: "exited", at: 0, code: 1, signal: null },
    }),
  });
  terminal.type("x");
  assertEquals(socket().sent.length, length);
});

test("a program that was run again is attached to at once", async () => {
  const { events, sockets, socket, begin, records } = await open();
  events.onRoom(ROOM);
  begin();
  const state = { kind: "exited", at: 0, code: null, signal: "x" } as const;
  records.value = new Map([[ID, record({ state })]]);
  socket().onclose?.({ code: 1011, reason: "its runner is gone" });
  assertEquals(sockets.length, 1);

  records.value = new Map([[ID, record()]]);
  assertEquals(sockets.length, 2);
  records.value = new Map([[ID, record({ name: "again" })]]);
  assertEquals(sockets.length, 2);
});

test("a page that is out of sight is no viewer, and comes back in place", async () => {
  const { events, sockets, socket, begin, isAwake } = await open();
  events.onRoom(ROOM);
  begin();
  isAwake.value = false;
  assertEquals(sockets.length, 1);
  isAwake.value = true;
  assertEquals(sockets.length, 2);
  assertMatch(socket().path, /stream=s1&offset=2/);
});

test("a link as old as one that was found dead is renewed", async () => {
  const { events, sockets, begin, registry } = await open();
  events.onRoom(ROOM);
  begin();
  registry.value = { kind: "waiting", retryAt: 1, lastHeardAt: 0 };
  registry.value = { kind: "open", since: 2 };
  assertEquals(sockets.length, 2);
});
