/** Frames and requests that no proper client sends. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";

import { residentMiB } from "./harness/memory.ts";

import {
  encodeFrame,
  handshake,
  OPCODE,
  type RawFrame,
  RawSocket,
} from "./harness/raw_socket.ts";

import { until } from "./harness/until.ts";
import { besiege } from "./harness/siege.ts";

test(
  "frames that break the protocol close their socket with its code",
  async () => {
    await besiege(async ({ open, others }) => {
      const text = { opcode: OPCODE.text, payload: '{"method":"ping"}' };
      const broken: [string, RawFrame[], number][] = [
        ["unmasked", [{ ...text, masked: false }], 1002],
        ["RSV1", [{ ...text, rsv: 4 }], 1002],
        ["RSV2", [{ ...text, rsv: 2 }], 1002],
        ["unknown opcode", [{ ...text, opcode: 3 }], 1002],
        ["continuation of nothing", [{ ...text, opcode: 0 }], 1002],
        ["two beginnings", [{ ...text, fin: false }, text], 1002],
        ["split ping", [{ opcode: 9, payload: "", fin: false }], 1002],
        ["long ping", [{ opcode: 9, payload: "x".repeat(126) }], 1002],
        [
          "no UTF-8",
          [{ opcode: 1, payload: new Uint8Array([0xc3, 0x28]) }],
          1007,
        ],
      ];
      for (const path of ["/ws", "/ws/agent/good"]) {
        for (const [what, frames, code] of broken) {
          await using raw = await open(path);
          for (const frame of frames) raw.send(frame);
          await until(() => raw.isClosed || raw.close, {
            seen: () => `${what} on ${path}: ${raw.text}`,
          });
          // The close frame may be lost where the connection is cut.
          if (raw.close) {
            assert([code, 1002, 1006].includes(raw.close.code), what);
          }
        }
      }
      await others();
    });
  },
  30_000,
);

test("fragments and control frames between them make one message", async () => {
  await besiege(async ({ open, others }) => {
    await using raw = await open("/ws");
    const call = JSON.stringify({ id: "ü", method: "ping" });
    const bytes = Buffer.from(call);
    for (let n = 0; n < bytes.length; n++) {
      raw.send({
        opcode: n === 0 ? OPCODE.text : OPCODE.more,
        fin: n === bytes.length - 1,
        payload: bytes.subarray(n, n + 1),
      });
      raw.send({ opcode: OPCODE.ping, payload: `${n}` });
    }
    await raw.until('"healthy"');

    const pongs = raw.frames().filter(({ opcode }) => opcode === OPCODE.pong);
    assertEquals(
      pongs.map(({ payload }) => payload.toString()),
      Array.from(bytes, (_, n) => `${n}`),
    );
    await others();
  });
});

test(
  "frames that come with the handshake, or byte by byte, are not lost",
  async () => {
    await besiege(async ({ hypivisor, others }) => {
      const { port, token } = hypivisor;
      const call = encodeFrame({
        opcode: OPCODE.text,
        payload: JSON.stringify({ id: "early", method: "ping" }),
      });
      const request = Buffer.concat([
        Buffer.from(handshake(port, `/ws?token=${token}`)),
        call,
      ]);
      await using whole = await RawSocket.open(port);
      whole.write(request);
      await whole.until('"early"');

      await using slow = await RawSocket.open(port);
      slow.tcp.setNoDelay(true);
      for (const byte of request) {
        slow.write(new Uint8Array([byte]));
        await new Promise(setImmediate);
      }
      await slow.until('"early"');
      await others();
    });
  },
  20_000,
);

test("a frame over 16 MiB ends its socket only", async () => {
  await besiege(async ({ open, others, hypivisor }) => {
    for (const path of ["/ws", "/ws?uplink=2", "/ws/agent/good"]) {
      await using raw = await open(path);
      const frame = encodeFrame({
        opcode: OPCODE.text,
        payload: "x".repeat(17 * 1024 * 1024),
      });
      raw.write(frame);
      await raw.whenClosed(10_000);
      if (raw.close) assertEquals(raw.close.code, 1009);
    }
    // Only announced: nothing is set aside for it.
    const before = residentMiB(hypivisor.pid);
    const claims = await Promise.all(
      Array.from({ length: 50 }, () => open("/ws")),
    );
    for (const raw of claims) {
      raw.write(
        encodeFrame({ opcode: 1, payload: "x".repeat(15_000_000) })
          .subarray(0, 1_000),
      );
    }
    await others();
    const grown = residentMiB(hypivisor.pid) - before;
    assert(grown < 64, `Announcements cost ${grown} MiB`);
    for (const raw of claims) raw.tcp.destroy();
  });
}, 30_000);

test(
  "slow and broken HTTP is dropped, and costs nobody else anything",
  async () => {
    await besiege(async ({ hypivisor, others }) => {
      const { port } = hypivisor;
      const slow = await Promise.all(
        Array.from({ length: 200 }, () => RawSocket.open(port)),
      );
      for (const raw of slow) {
        raw.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-");
      }
      await others();

      const broken = [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${
          "x".repeat(100_000)
        }\r\n\r\n`,
        `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
        "GET /%zz%00%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET //evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
      ];
      for (const request of broken) {
        await using raw = await RawSocket.open(port);
        raw.write(request);
        raw.tcp.end();
        await raw.until("HTTP/1.1", 15_000);
        const status = Number(raw.text.split(" ")[1] || 400);
        assert(
          status >= 400 && status !== 500,
          `${request.slice(0, 40)} ${status}`,
        );
      }
      await others();
      await until(() => slow.every(({ isClosed }) => isClosed), {
        withinMs: 30_000,
        seen: () => slow.filter(({ isClosed }) => !isClosed).length,
      });
      assert(!hypivisor.stderr.includes("request_failed"), hypivisor.stderr);
    });
  },
  60_000,
);
