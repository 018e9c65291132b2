/** Who gets in, and how everybody else is turned away. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";

import { join } from "node:path";
import { FakeAgent } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { handshake } from "./harness/raw_socket.ts";
import { TestSocket } from "./harness/socket.ts";

import { rawRequest } from "./harness/raw_request.ts";

const SECRET = "the-folder-nobody-may-see";

async function openApiPaths(hypivisor: Hypivisor): Promise<string[]> {
  const answer = await hypivisor.fetch("/api/openapi.json");
  const { paths } = await answer.json();
  return Object.entries(paths as Record<string, object>).flatMap((
    [path, verbs],
  ) =>
    Object.keys(verbs).map((verb) =>
      `${verb.toUpperCase()} ${path.replace(/\{\w+\}/g, "secret-node")}`
    )
  );
}

test("without a credential every route answers 401, and leaks nothing", async () => {
  await using hypivisor = await Hypivisor.start();
  await using _agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { id: "secret-node", cwd: `/home/ada/${SECRET}` },
  );
  const routes = [
    ...await openApiPaths(hypivisor),
    ...[
      "/",
      "/a/x.js",
      "/a/secret-node",
      "/index.html",
      "/api/openapi.json",
      "/api/session",
      "/api/nothing",
      "/metrics",
      "/healthz",
      "/nothing",
      "/ws",
      "/ws/agent/secret-node",
      "/ws/terminal/secret-node",
      "/term",
      "/%2e%2e/etc/passwd",
    ].map((path) => `GET ${path}`),
    "POST /api/session/code",
    "DELETE /api/session",
    "OPTIONS /api/nodes",
    "HEAD /",
    "PUT /",
  ];
  assert(routes.length > 25);

  for (const route of routes) {
    const [method = "", path] = route.split(" ");
    for (const accept of ["*/*", "text/html"]) {
      const answer = await fetch(hypivisor.origin + path, {
        method,
        headers: { accept },
        ...(/PATCH|POST/.test(method) ? { body: "{}" } : {}),
      });
      const body = await answer.text();
      assertEquals(answer.status, 401, route);
      assert(!body.includes(SECRET) && !body.includes("mbp"), route);
      assert(!answer.headers.get("set-cookie"), route);
    }
  }
  const sockets = [
    "/ws",
    "/ws?uplink=2",
    "/ws/agent/secret-node",
    "/ws/terminal/secret-node",
    "/term",
    "/term?token=wrong",
  ];
  for (const path of sockets) {
    const { status, text } = await rawRequest(
      hypivisor.port,
      handshake(hypivisor.port, path),
    );
    assertEquals(status, 401, path);
    assert(!text.includes(SECRET));
  }
  // None of it was done: the daemon is still there, and has no runner.
  const { runner } = await (await hypivisor.fetch("/api/daemon")).json();
  assertEquals(runner, null);
});

test("pages of strangers are refused: foreign Origin, foreign Host", async () => {
  await using hypivisor = await Hypivisor.start();
  const { port, token } = hypivisor;
  const status = async (path: string, headers: readonly string[]) => {
    const auth = `Authorization: Bearer ${token}`;
    const request = path.startsWith("/ws")
      ? handshake(port, path, [auth, ...headers])
        .replace(/Host: .*\r\n(?=(.|\r\n)*Host: )/, "")
      : ["GET " + path + " HTTP/1.1", auth, ...headers, "", ""].join("\r\n");
    return (await rawRequest(port, request)).status;
  };
  const own = `127.0.0.1:${port}`;
  const origins: Record<string, number> = {
    [`http://${own}`]: 200,
    [`http://localhost:${port}`]: 403,
    "http://evil.example": 403,
    [`http://${own}.evil.example`]: 403,
    [`http://evil.example:${port}`]: 403,
    "http://127.0.0.1": 403,
    [`http://127.0.0.1:${port + 1}`]: 403,
    [`ftp://${own}`]: 403,
    null: 403,
    "": 403,
    "file://": 403,
    "chrome-extension://abcdef": 403,
  };
  for (const [origin, wanted] of Object.entries(origins)) {
    const headers = [`Host: ${own}`, `Origin: ${origin}`];
    assertEquals(await status("/healthz", headers), wanted, origin);
    const upgraded = wanted === 200 ? 101 : wanted;
    for (const path of ["/ws", "/ws/terminal/x"]) {
      const got = await status(path, [`Origin: ${origin}`]);
      assertEquals(got, upgraded, origin);
    }
  }
  const hosts: Record<string, number> = {
    [own]: 200,
    "127.0.0.1": 200,
    [`localhost:${port}`]: 200,
    [`LOCALHOST.:${port}`]: 200,
    [`[::1]:${port}`]: 200,
    "127.9.9.9:80": 200,
    "localhost.evil.example": 403,
    [`localhost.evil.example:${port}`]: 403,
    "127.0.0.1.nip.example": 403,
    "127.0.0.1.evil.example:80": 403,
    "evil.example": 403,
    "10.0.0.1": 403,
    "0.0.0.0": 403,
    "[::]": 403,
    "[::ffff:10.0.0.1]": 403,
    "evil.example@127.0.0.1": 403,
    "127.0.0.1/evil.example": 403,
    "127.0.0.1:x": 403,
    "[::1": 403,
    "a b": 403,
    "%6cocalhost.evil": 403,
  };
  for (const [host, wanted] of Object.entries(hosts)) {
    const got = await status("/healthz", [`Host: ${host}`]);
    // What is no host name at all may not even be passed on.
    assert(got === wanted || (wanted === 403 && got === 400), `${host} ${got}`);
  }
  const missing = await status("/healthz", []);
  assert(missing === 403 || missing === 400, `Without Host: ${missing}`);
  assert(!hypivisor.stderr.includes("request_failed"), hypivisor.stderr);
});

test("names and origins that are allowed get in", async () => {
  await using hypivisor = await Hypivisor.start({
    args: [
      "--allow-host",
      "Pi.example",
      "--allow-origin",
      "https://pi.example:8443",
    ],
  });
  const { port, token } = hypivisor;
  const ask = async (host: string, origin?: string) =>
    (await rawRequest(
      port,
      `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n` +
        (origin ? `Origin: ${origin}\r\n` : "") + "\r\n",
    )).status;

  assertEquals(await ask("pi.example"), 200);
  assertEquals(await ask("pi.example:99", "https://pi.example:8443"), 200);
  assertEquals(await ask("pi.example", "https://pi.example"), 200);
  assertEquals(await ask("x.pi.example"), 403);
  assertEquals(await ask("pi.example", "https://pi.example:9"), 403);
});

test("tokens of every kind work in every way of sending them", async () => {
  const tokens = [
    "plain-token-1234",
    "a+b%c&d=e#f?g/h",
    "with space  and\ttab",
    "Grüße-漢字-🎉",
    "100%25+%20",
    "==&&token=other",
  ];
  for (const token of tokens) {
    await using hypivisor = await Hypivisor.start({
      env: { HYPI_TOKEN: token },
    });
    assertEquals(hypivisor.token, token);
    assert(!existsSync(join(hypivisor.dataDir, "token")));
    const queries = [
      `token=${encodeURIComponent(token)}`,
      new URLSearchParams({ token }).toString(),
      `x=1&token=${encodeURIComponent(token)}&token=wrong`,
    ];
    for (const query of queries) {
      const answer = await fetch(`${hypivisor.origin}/healthz?${query}`);
      assertEquals(answer.status, 200, `${token} as ${query}`);
      await using socket = await TestSocket.open(
        `ws://127.0.0.1:${hypivisor.port}/ws?${query}`,
      );
      await socket.frame(({ event }) => event === "init");
    }
    const bearers = [
      Buffer.from(token, "utf8").toString("latin1"),
      encodeURIComponent(token),
    ];
    for (const bearer of bearers) {
      const { status } = await rawRequest(
        hypivisor.port,
        Buffer.from(
          `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${bearer}\r\n\r\n`,
          "latin1",
        ) as unknown as string,
      );
      assertEquals(status, 200, `${token} as Bearer ${bearer}`);
    }
    for (const wrong of [token + "x", token.slice(1), "", "wrong"]) {
      const query = `token=${encodeURIComponent(wrong)}`;
      const answer = await fetch(`${hypivisor.origin}/healthz?${query}`);
      assertEquals(answer.status, 401, wrong);
    }
    assert(!hypivisor.stderr.includes(token), "The log has the token");
  }
}, 30_000);

test("the token is made once, for its owner alone", async () => {
  await using hypivisor = await Hypivisor.start();
  const file = join(hypivisor.dataDir, "token");
  assertEquals(statSync(file).mode & 0o777, 0o600);
  assertEquals(statSync(hypivisor.dataDir).mode & 0o777, 0o700);
  assertMatch(hypivisor.token, /^[\w-]{43}$/);
  await hypivisor.stop();
  assert(!hypivisor.stderr.includes(hypivisor.token));

  await hypivisor.start();
  assertEquals(readFileSync(file, "utf8").trim(), hypivisor.token);
  for (const name of ["hypivisor.db", "hypivisor.db-wal", "lock"]) {
    const path = join(hypivisor.dataDir, name);
    if (!existsSync(path)) continue;
    // The folder keeps others out; its files are the owner's anyway.
    assertEquals(statSync(path).uid, process.getuid?.(), name);
  }
});

test("--no-auth lets programs of this machine in, and no stranger's page", async () => {
  await using hypivisor = await Hypivisor.start({ args: ["--no-auth"] });
  const { port } = hypivisor;
  assertEquals((await fetch(`${hypivisor.origin}/healthz`)).status, 200);
  await using socket = await TestSocket.open(`ws://127.0.0.1:${port}/ws`);
  await socket.frame(({ event }) => event === "init");

  const ask = async (lines: string) =>
    (await rawRequest(port, `GET /healthz HTTP/1.1\r\n${lines}\r\n\r\n`))
      .status;
  assertEquals(await ask("Host: evil.example"), 403);
  assertEquals(
    await ask(`Host: 127.0.0.1:${port}\r\nOrigin: http://evil.example`),
    403,
  );
  assertEquals(
    await ask(`Host: 127.0.0.1:${port}\r\nOrigin: null`),
    403,
  );
  for (const path of ["/ws", "/term", "/ws/terminal/x"]) {
    const upgrade = await rawRequest(
      port,
      handshake(port, path, ["Origin: http://evil.example"]),
    );
    assertEquals(upgrade.status, 403, path);
  }
  assert(!existsSync(join(hypivisor.dataDir, "token")));
  assert(!hypivisor.signInUrl.includes("code="));
});

test("every answer forbids what a page need not do", async () => {
  await using hypivisor = await Hypivisor.start();
  for (
    const path of ["/", "/healthz", "/nothing", "/api/nothing", "/metrics"]
  ) {
    for (
      const answer of [
        await hypivisor.fetch(path),
        await fetch(hypivisor.origin + path),
      ]
    ) {
      const { headers } = answer;
      await answer.text();
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      assertEquals(headers.get("x-frame-options"), "DENY", path);
      assertMatch(
        headers.get("content-security-policy") ?? "",
        /default-src 'none'/,
      );
      assertEquals(headers.get("access-control-allow-origin"), null);
    }
  }
});
