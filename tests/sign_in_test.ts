/** How a browser signs in, and how guessing is made slow. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";

import { Hypivisor } from "./harness/hypivisor.ts";

import { TestSocket } from "./harness/socket.ts";

import { rawRequest } from "./harness/raw_request.ts";

test("the printed link signs one browser in, once, for a cookie", async () => {
  await using hypivisor = await Hypivisor.start();
  const { origin } = hypivisor;
  const code = new URL(hypivisor.signInUrl).hash.replace("#code=", "");
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${origin}/api/session`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { origin, ...headers },
    });

  const answer = await post({ code });
  assertEquals(answer.status, 200);
  const setCookie = answer.headers.get("set-cookie") ?? "";
  assertMatch(setCookie, /; HttpOnly; SameSite=Strict$/);
  const [cookie = ""] = setCookie.split(";");
  const session = (value: string) =>
    fetch(`${origin}/api/session`, { headers: { cookie: value } });
  assertEquals((await session(cookie)).status, 200);
  await using socket = await TestSocket.open(
    `ws://127.0.0.1:${hypivisor.port}/ws`,
    { headers: { cookie, origin } },
  );
  await socket.frame(({ event }) => event === "init");
  const again = await post({ code });
  assertEquals(again.status, 401);
  await again.text();

  // Not a character of it may be changed.
  for (const place of [-1, cookie.indexOf("=") + 1, cookie.indexOf(".") + 1]) {
    const at = place < 0 ? cookie.length - 1 : place;
    const forged = cookie.slice(0, at) + (cookie[at] === "1" ? "2" : "1") +
      cookie.slice(at + 1);
    // The last character of base64 holds bits that mean nothing.
    if (place >= 0) assertEquals((await session(forged)).status, 401);
  }
  const foreign = await post({ code }, { origin: "http://evil.example" });
  assertEquals(foreign.status, 403);

  // One who is in lets another device in.
  const next = await fetch(`${origin}/api/session/code`, {
    method: "POST",
    headers: { cookie, origin },
  });
  const second = (await next.json()).code;
  assertEquals((await post({ code: second })).status, 200);
  assertEquals((await post({ code: second })).status, 401);
  assertEquals((await post({ token: hypivisor.token })).status, 200);
  assertEquals((await post({ token: "nonsense" })).status, 401);

  const out = await fetch(`${origin}/api/session`, {
    method: "DELETE",
    headers: { cookie, origin },
  });
  assertEquals(out.status, 204);
  assertMatch(out.headers.get("set-cookie") ?? "", /=; .*Max-Age=0/);
  const secure = await fetch(`${origin}/api/session`, {
    method: "POST",
    body: JSON.stringify({ token: hypivisor.token }),
    headers: { origin: `https://127.0.0.1:${hypivisor.port}` },
  });
  assertMatch(secure.headers.get("set-cookie") ?? "", /; Secure$/);
}, 20_000);

test("a cookie of one token is worth nothing under another", async () => {
  await using hypivisor = await Hypivisor.start();
  const answer = await fetch(`${hypivisor.origin}/api/session`, {
    method: "POST",
    body: JSON.stringify({ token: hypivisor.token }),
  });
  const [cookie = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  await using other = await Hypivisor.start();

  const refused = await fetch(`${other.origin}/api/session`, {
    headers: { cookie },
  });
  assertEquals(refused.status, 401);
});

test(
  "the one who signs in is asked for little, and nothing large is read",
  async () => {
    await using hypivisor = await Hypivisor.start();
    const large = await fetch(`${hypivisor.origin}/api/session`, {
      method: "POST",
      body: JSON.stringify({ code: "x".repeat(1024 * 1024) }),
    });
    assertEquals(large.status, 413);
    await large.text();

    const chunked = await rawRequest(
      hypivisor.port,
      `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${(100_000).toString(16)}\r\n${"x".repeat(100_000)}\r\n0\r\n\r\n`,
    );
    assertEquals(chunked.status, 413);
    for (const body of ["", "[]", "7", "{", '{"code":7}', '{"code":null}']) {
      const answer = await fetch(`${hypivisor.origin}/api/session`, {
        method: "POST",
        body,
      });
      assert([400, 401].includes(answer.status), `${body} ${answer.status}`);
      await answer.text();
    }
  },
  20_000,
);

test(
  "wrong guesses wait longer and longer, the right token never",
  async () => {
    await using hypivisor = await Hypivisor.start();
    const guess = async (token: string) => {
      const start = performance.now();
      const answer = await fetch(`${hypivisor.origin}/healthz?token=${token}`);
      await answer.text();
      return { status: answer.status, ms: performance.now() - start };
    };
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      const { status, ms } = await guess(`wrong-${n}`);
      assertEquals(status, 401);
      waits.push(ms);
    }
    assert((waits[5] ?? 0) >= 700, `The sixth waited ${waits[5]} ms`);
    assert((waits[0] ?? 0) < 250, `The first waited ${waits[0]} ms`);

    const slow = guess("wrong-again");
    const right = await guess(hypivisor.token);
    assertEquals(right.status, 200);
    assert(right.ms < 500, `The right token waited ${right.ms} ms`);
    await slow;

    const lines = hypivisor.stderr.split("\n")
      .filter((line) => line.includes("guess_refused"));
    assertEquals(lines.length, 7);
    assert(!hypivisor.stderr.includes("wrong-"), "The log has the guesses");
    const metrics = await (await hypivisor.fetch("/metrics")).text();
    assertMatch(metrics, /refused_requests_total\{reason="credential"\} 7/);
  },
  20_000,
);

test("signing out ends a browser's sockets, and its cookie for good", async () => {
  await using hypivisor = await Hypivisor.start();
  const { origin } = hypivisor;
  const signedIn = await fetch(`${origin}/api/session`, {
    method: "POST",
    body: JSON.stringify({ token: hypivisor.token }),
  });
  const [cookie = ""] = (signedIn.headers.get("set-cookie") ?? "").split(";");
  await using tab = await TestSocket.open(
    `ws://127.0.0.1:${hypivisor.port}/ws`,
    { headers: { cookie, origin } },
  );
  await using program = await TestSocket.open(hypivisor.socketUrl("/ws"));

  await fetch(`${origin}/api/session`, {
    method: "DELETE",
    headers: { cookie, origin },
  });
  assertEquals(await tab.whenClosed(), { code: 4401, reason: "Signed out" });
  const again = await fetch(`${origin}/api/session`, { headers: { cookie } });
  assertEquals(again.status, 401);
  assertEquals(program.closed, undefined);
});
