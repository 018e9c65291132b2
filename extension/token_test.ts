import { test } from "bun:test";
import { assertEquals, assertRejects } from "@std/assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findToken, isLoopback, uplinkUrl } from "./token.ts";

async function withState(
  token: string | undefined,
  run: (env: NodeJS.ProcessEnv, state: string) => Promise<void>,
) {
  const state = await mkdtemp(join(tmpdir(), "token-"));
  try {
    if (token !== undefined) {
      await mkdir(join(state, "hypivisor"));
      await writeFile(join(state, "hypivisor", "token"), token);
    }
    await run({ XDG_STATE_HOME: state }, state);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

test("uplinkUrl() finds the local daemon and its token", () =>
  withState("t0k+n&=\n", async (env) => {
    assertEquals(
      await uplinkUrl(env),
      "ws://127.0.0.1:31415/ws?uplink=2&token=t0k%2Bn%26%3D",
    );
  }));

test("uplinkUrl() leaves a query that is there as it is", async () => {
  const env = { HYPIVISOR_WS: "wss://x.example/ws?a=b%20c", HYPI_TOKEN: "t" };
  assertEquals(
    await uplinkUrl(env),
    "wss://x.example/ws?a=b%20c&uplink=2&token=t",
  );
  const own = { HYPIVISOR_WS: "ws://x.example/ws?token=mine", HYPI_TOKEN: "t" };
  assertEquals(
    await uplinkUrl(own),
    "ws://x.example/ws?token=mine&uplink=2",
  );
});

test("uplinkUrl() does not give the local token to another machine", () =>
  withState("secret", async (env) => {
    const url = await uplinkUrl({ ...env, HYPIVISOR_WS: "ws://x.example/ws" });
    assertEquals(url, "ws://x.example/ws?uplink=2");
  }));

test("uplinkUrl() rejects what is no URL", async () => {
  await assertRejects(() => uplinkUrl({ HYPIVISOR_WS: "not a url" }));
});

test("findToken() prefers what the environment names", () =>
  withState("local", async (env, state) => {
    const file = join(state, "given");
    await writeFile(file, " from file \n");
    const named = { ...env, HYPI_TOKEN_FILE: file };
    assertEquals(await findToken(named, true), "from file");
    assertEquals(await findToken({ ...named, HYPI_TOKEN: "e" }, true), "e");
    assertEquals(await findToken(env, true), "local");
    assertEquals(await findToken(env, false), undefined);
  }));

test("isLoopback() knows this machine from others", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"]) {
    assertEquals(isLoopback(host), true, host);
  }
  for (const host of ["127.0.0.1.example", "10.0.0.1", "0.0.0.0", "::"]) {
    assertEquals(isLoopback(host), false, host);
  }
});
