/** A hypivisor that does to its agents what none should. */

const GARBAGE_EVERY_MS = 5;

const GARBAGE: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  "",
  "null",
  "{",
  '{"type":"command","id":"x","command":null}',
  '{"type":"request","id":1,"method":"constructor","params":null}',
  '{"type":"ack","seq":"many"}',
  `{"type":"watch","on":"${"x".repeat(20_000)}"}`,
  "x".repeat(100_000),
  new Uint8Array(10_000),
];

export type Manner = "refuses" | "reads nothing" | "sends garbage";

export interface Misbehaving extends Disposable {
  readonly url: string;
  /** How often an agent came. */
  readonly dialled: number;
}

type Socket = Bun.ServerWebSocket<undefined> & { pause(): void };

export function serveBadly(manner: Manner): Misbehaving {
  let dialled = 0;
  const sockets = new Set<Socket>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, server) {
      if (manner === "refuses") {
        dialled++;
        return new Response("Unauthorized", { status: 401 });
      }
      if (server.upgrade(request)) return undefined;
      return new Response("Bad Request", { status: 400 });
    },
    websocket: {
      open: (socket) => void sockets.add(socket as Socket),
      close: (socket) => void sockets.delete(socket as Socket),
      message(socket, data) {
        const frame = JSON.parse(String(data));
        if (frame.method !== "register") return;
        dialled++;
        const result = {
          status: "registered",
          uplink: 2,
          capabilities: [],
          have: null,
          watch: true,
        };
        socket.send(JSON.stringify({ id: "reg", result }));
        if (manner === "reads nothing") (socket as Socket).pause();
      },
    },
  });
  let sent = 0;
  const timer = setInterval(() => {
    if (manner !== "sends garbage") return;
    const piece = GARBAGE[sent++ % GARBAGE.length] ?? "";
    for (const socket of sockets) socket.send(piece);
  }, GARBAGE_EVERY_MS);
  return {
    url: `ws://127.0.0.1:${server.port}/ws`,
    get dialled() {
      return dialled;
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      void server.stop(true);
    },
  };
}
