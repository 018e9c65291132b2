import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { CLOSE } from "../server/protocol/close.ts";
import { Link, type LinkPort, type Socket, STALE_AFTER_MS } from "./link.ts";

/** A browser whose sockets and time are moved by the test. */
class FakeBrowser implements LinkPort {
  readonly sockets: FakeSocket[] = [];
  time = 1_000;
  signedIn: boolean | undefined = undefined;
  wake: () => void = () => {};
  #timers: { at: number; run: () => void }[] = [];

  open(path: string): Socket {
    const socket = new FakeSocket(path);
    this.sockets.push(socket);
    return socket;
  }
  now = () => this.time;
  random = () => 1;
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  isSignedIn = () => Promise.resolve(this.signedIn);
  onWake(run: () => void): () => void {
    this.wake = run;
    return () => this.wake = () => {};
  }
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    assert(socket);
    return socket;
  }
  /** Runs what falls due until then, in its order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const [next] = this.#timers.sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }
}

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: (string | Uint8Array)[] = [];
  readonly bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  isClosed = false;
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.isClosed = true;
  }
  say(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code: number, reason = ""): void {
    this.onclose?.({ code, reason });
  }
}

function openLink() {
  const browser = new FakeBrowser();
  const link = new Link({ path: () => "/ws" }, browser);
  link.start();
  return { browser, link };
}

test("Link hands on every JSON object and nothing else", () => {
  const { browser, link } = openLink();
  const frames: object[] = [];
  link.onFrame((frame) => frames.push(frame));
  browser.socket.onopen?.();

  browser.socket.say({ type: "beat" });
  browser.socket.onmessage?.({ data: "not json" });
  browser.socket.say(7);

  assertEquals(frames, [{ type: "beat" }]);
});

test("Link hands on bytes and frames in the order of their arrival", () => {
  const { browser, link } = openLink();
  const heard: string[] = [];
  link.onBytes((bytes) => heard.push(new TextDecoder().decode(bytes)));
  link.onFrame((frame) => heard.push(JSON.stringify(frame)));
  browser.socket.onopen?.();

  browser.socket.onmessage?.({ data: new TextEncoder().encode("ls").buffer });
  browser.socket.say({ type: "size" });
  browser.socket.onmessage?.({ data: new TextEncoder().encode("cd").buffer });

  assertEquals(heard, ["ls", '{"type":"size"}', "cd"]);
});

test("Link that may be quiet is not stale, and is renewed on demand", () => {
  const browser = new FakeBrowser();
  const link = new Link({ path: () => "/t", isQuiet: true }, browser);
  link.start();
  browser.socket.onopen?.();

  browser.wake();
  browser.pass(60_000);
  assertEquals(link.state.value, { kind: "open", since: 1_000 });
  assertEquals(browser.socket.sent, []);

  link.renew();
  assert(browser.sockets[0]?.isClosed);
  assertEquals(browser.sockets.length, 2);
});

test("Link comes back by itself, and says when it will", () => {
  const { browser, link } = openLink();
  browser.socket.onopen?.();
  browser.socket.end(1006);

  assertEquals(link.state.value, {
    kind: "waiting",
    retryAt: 1_500,
    lastHeardAt: 1_000,
  });
  browser.pass(500);
  assertEquals(browser.sockets.length, 2);
  browser.socket.onopen?.();
  assertEquals(link.state.value.kind, "open");
});

test("Link is stale after 15 s of silence and gives up after 20", () => {
  const { browser, link } = openLink();
  browser.socket.onopen?.();

  browser.pass(STALE_AFTER_MS);
  assertEquals(link.state.value, { kind: "stale", lastHeardAt: 1_000 });
  assertEquals(browser.socket.sent.length, 1);

  browser.pass(5_000);
  assertEquals(link.state.value.kind, "waiting");
  assert(browser.sockets[0]?.isClosed);
});

test("Link that hears something while stale is open again", () => {
  const { browser, link } = openLink();
  browser.socket.onopen?.();
  browser.pass(STALE_AFTER_MS);

  browser.socket.say({ type: "beat" });
  assertEquals(link.state.value.kind, "open");
  browser.pass(STALE_AFTER_MS - 1);
  assertEquals(link.state.value.kind, "open");
});

test("Link finds a dead socket two seconds after the tab wakes up", () => {
  const { browser } = openLink();
  browser.socket.onopen?.();

  browser.wake();
  browser.pass(2_000);
  assertEquals(browser.sockets.length, 2);
});

test("Link keeps a socket that answers when the tab wakes up", () => {
  const { browser, link } = openLink();
  browser.socket.onopen?.();
  browser.time += 100;

  browser.wake();
  browser.time += 100;
  browser.socket.say({ jsonrpc: "2.0", id: "ping", result: {} });
  browser.pass(2_000);
  assertEquals(browser.sockets.length, 1);
  assertEquals(link.state.value.kind, "open");
});

test("Link that is refused twice asks whether it is signed out", async () => {
  const { browser, link } = openLink();
  browser.signedIn = false;
  browser.socket.end(1006);
  browser.pass(500);
  browser.socket.end(1006);
  await Promise.resolve();

  assertEquals(link.state.value, { kind: "signedOut" });
  browser.pass(60_000);
  assertEquals(browser.sockets.length, 2);
});

test("Link does not knock again where it is told not to", () => {
  for (
    const [code, kind] of [
      [CLOSE.unauthorized, "signedOut"],
      [CLOSE.notFound, "gone"],
      [CLOSE.protocolTooOld, "gone"],
    ] as const
  ) {
    const { browser, link } = openLink();
    browser.socket.onopen?.();
    browser.socket.end(code, "why");
    browser.pass(60_000);
    assertEquals(link.state.value.kind, kind);
    assertEquals(browser.sockets.length, 1);
  }
});

test("Link.send() says that a socket which is closing takes nothing", () => {
  const { browser, link } = openLink();
  browser.socket.onopen?.();
  assert(link.send("before"));

  browser.socket.readyState = WebSocket.CLOSING;
  assert(!link.send("lost"));
  assertEquals(browser.socket.sent, ["before"]);
});

test("Link.stop() lets nothing of the old socket through", () => {
  const { browser, link } = openLink();
  const frames: object[] = [];
  link.onFrame((frame) => frames.push(frame));
  browser.socket.onopen?.();
  const { socket } = browser;

  link.stop();
  socket.say({ type: "beat" });
  assertEquals(frames, []);
  assert(!link.send("x"));
});
