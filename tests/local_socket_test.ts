/** `hypivisor.sock`: the same routes for this user's programs, without a token. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { daemonSocket } from "../server/paths.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { TestSocket } from "./harness/socket.ts";

function ask(
  { dataDir }: Hypivisor,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`http://localhost${path}`, {
    ...init,
    unix: daemonSocket(dataDir),
  } as RequestInit);
}

test("the local socket serves routes and sockets, and no browser", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  const socket = daemonSocket(hypivisor.dataDir);
  assertEquals(statSync(socket).mode & 0o777, 0o600);

  const facts = await (await ask(hypivisor, "/api/daemon")).json();
  assertEquals(facts.pid, hypivisor.pid);
  assertEquals(facts.url, `${hypivisor.origin}/`);
  assertEquals(facts.dataDir, hypivisor.dataDir);
  assertEquals(facts.runner, null);
  const { code } = await (await ask(hypivisor, "/api/session/code", {
    method: "POST",
  })).json();
  assertMatch(code, /^[\w-]{10,}$/);

  const far = { headers: { host: "evil.example" } };
  assertEquals((await ask(hypivisor, "/healthz", far)).status, 200);
  for (const origin of ["http://localhost", "null", "http://evil.example"]) {
    const answer = await ask(hypivisor, "/healthz", { headers: { origin } });
    assertEquals(answer.status, 403, origin);
  }

  await using client = await TestSocket.open(`ws+unix://${socket}:/ws`);
  await client.frame(({ event }) => event === "init");
  assertEquals((await client.call("ping")).status, "healthy");
  const { id } = await client.call("open_terminal", {
    command: ["/bin/sh", "-c", "echo hi; read end"],
  });
  await using view = await TestSocket.open(
    `ws+unix://${socket}:/ws/terminal/${id}`,
  );
  await view.frame(({ type }) => type === "attached");
  assert(!hypivisor.stderr.includes("_failed"), hypivisor.stderr);

  await hypivisor.stop();
  assertEquals(existsSync(socket), false);
});

test("a socket that a killed daemon left is replaced", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  await hypivisor.kill();
  const socket = daemonSocket(hypivisor.dataDir);
  assert(existsSync(socket));
  await hypivisor.start();
  assertEquals((await ask(hypivisor, "/healthz")).status, 200);
  await hypivisor.kill();
  await Bun.file(socket).delete();
  writeFileSync(socket, "not a socket");
  await hypivisor.start();
  assertEquals((await ask(hypivisor, "/healthz")).status, 200);
});

test("a second daemon on the same directory has a socket of its own", async () => {
  await using one = await Hypivisor.start({ inOwnHome: true });
  await using two = await Hypivisor.start({
    dataDir: one.dataDir,
    inOwnHome: true,
    args: ["--no-store"],
  });
  const facts = await (await two.fetch("/api/daemon")).json();
  assertEquals(facts.dataDir.startsWith(join(one.dataDir, "port-")), true);
  const other = await fetch("http://localhost/api/daemon", {
    unix: daemonSocket(facts.dataDir),
  } as RequestInit);
  assertEquals((await other.json()).pid, two.pid);
  assertEquals((await (await ask(one, "/api/daemon")).json()).pid, one.pid);
});

test(
  "POST /api/shutdown ends the daemon, and its children if told so",
  async () => {
    await using hypivisor = await Hypivisor.start({ inOwnHome: true });
    const open = () =>
      ask(hypivisor, "/api/terminals", {
        method: "POST",
        body: JSON.stringify({ command: ["/bin/sh", "-c", "sleep 1000"] }),
      });
    const { state } = await (await open()).json();
    const shutdown = (children?: boolean) =>
      ask(hypivisor, "/api/shutdown", {
        method: "POST",
        body: JSON.stringify({ children }),
      });
    assertEquals((await shutdown()).status, 200);
    assertEquals(await hypivisor.exited(), 0);
    assert(existsSync(`/proc/${state.pid}`));

    await hypivisor.start();
    const refused = await ask(hypivisor, "/api/shutdown", {
      method: "POST",
      body: '{"children":"yes"}',
    });
    assertEquals(refused.status, 400);
    assertEquals((await shutdown(true)).status, 200);
    assert(!existsSync(`/proc/${state.pid}`));
    assertEquals(await hypivisor.exited(), 0);
    assert(!existsSync(join(hypivisor.dataDir, "runner.sock")));
  },
  20_000,
);
