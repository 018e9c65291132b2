/** Commands against a real daemon, with agents that the test plays. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliCommand, cliEnv, runCli } from "./harness/cli.ts";
import { asked, FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

async function withAgents(
  run: (hypivisor: Hypivisor, agents: FakeAgent[]) => Promise<void>,
): Promise<void> {
  await using hypivisor = await Hypivisor.start();
  const url = () => hypivisor.socketUrl("/ws?uplink=2");
  const since = Date.now() - 3 * DAY_MS;
  await using shop = await FakeAgent.start(url, {
    id: "0a11-shop",
    cwd: "/home/ada/shop",
    items: [asked("hello", 1), said("Hello back", 2)],
    activity: { kind: "idle", since },
  });
  await using docs = await FakeAgent.start(url, {
    id: "0a22-docs",
    cwd: "/srv/\x1b[31mdocs",
    name: "Docs \x1b[2J site",
    activity: { kind: "waiting", since, question: "Delete it?" },
  });
  await until(() => shop.acked > 0 && docs.acked > 0);
  await run(hypivisor, [shop, docs]);
}

test("ls lists agents, those that wait for someone first", async () => {
  await withAgents(async ({ dataDir }, [shop]) => {
    const { code, stdout, stderr } = await runCli(["ls"], { dataDir });
    const lines = stdout.trimEnd().split("\n");
    assertEquals([code, stderr, lines.length], [0, "", 3]);
    assertMatch(lines[0] ?? "", /^STATE +ID +NAME +FOLDER +MACHINE +AGE/);
    assertMatch(
      lines[1] ?? "",
      /^\? needs you +0a22-d +Docs +\[2J site +\/srv\/ \[31mdocs +mbp +3d +Delete/,
    );
    assertMatch(lines[2] ?? "", /^- idle +0a11-s +shop +\/home\/ada\/shop/);

    shop?.quit();
    await until(async () =>
      !(await runCli(["ls"], { dataDir })).stdout.includes("shop")
    );
    const all = await runCli(["ls", "--all", "--json"], { dataDir });
    const nodes = JSON.parse(all.stdout);
    assertEquals(nodes.map(({ id }: { id: string }) => id), [
      "0a22-docs",
      "0a11-shop",
    ]);
    assertEquals(nodes[1].state.kind, "offline");
  });
});

test("IDs may be shortened, several are listed, none is exit code 2", async () => {
  await withAgents(async ({ dataDir }) => {
    const shown = async (word: string) =>
      await runCli(["tail", word], { dataDir });
    for (const word of ["0a11-shop", "0a1", "shop", "SHOP"]) {
      assertEquals((await shown(word)).stdout, "> hello\n\nHello back\n", word);
    }
    const several = await shown("0a");
    assertEquals(several.code, 2);
    assertMatch(several.stderr, /may be any of these:\n {2}0a11-s {2}shop/);
    const none = await shown("zzz");
    assertEquals([none.code, none.stdout], [2, ""]);
    assertMatch(none.stderr, /^hypivisor: Cannot find "zzz": [^\n]+\n$/);
  });
});

test("no daemon, a wrong token and a stranger are one line, exit code 3", async () => {
  const nobody = await runCli(["ls"], { dataDir: "/nonexistent/hypivisor" });
  assertEquals(nobody.code, 3);
  assertMatch(nobody.stderr, /^hypivisor: No hypivisor is running [^\n]+\n$/);

  await using hypivisor = await Hypivisor.start();
  const { origin, token } = hypivisor;
  const at = async (url: string, env: Record<string, string> = {}) =>
    await runCli(["ls", "--url", url], { env });
  assertEquals((await at(origin, { HYPI_TOKEN: token })).code, 0);
  const refusals: [Promise<{ code: number; stderr: string }>, RegExp][] = [
    [at(origin, { HYPI_TOKEN: "wrong" }), /this is not its token/],
    [at(origin), /it asks for its token/],
    [at("http://127.0.0.1:9"), /No hypivisor answers at http:\/\/127.0.0.1:9/],
    [at("http://nowhere.invalid"), /No hypivisor|Cannot reach/],
  ];
  for (const [running, wanted] of refusals) {
    const { code, stderr } = await running;
    assertEquals(code, 3, stderr);
    assertMatch(stderr, wanted);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
});

test("the socket is found in a folder of any name", async () => {
  const base = mkdtempSync(join(tmpdir(), "hypivisor-test-"));
  try {
    for (const name of ["with space", "co:lon", "ümlaut", "x".repeat(60)]) {
      const dataDir = join(base, name);
      await using _ = await Hypivisor.start({ dataDir });
      const { code, stderr } = await runCli(["ls", "--json"], { dataDir });
      assertEquals(code, 0, `${name}: ${stderr}`);
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

test("open prints an address that signs in, once", async () => {
  await using hypivisor = await Hypivisor.start();
  const { dataDir } = hypivisor;
  const { code, stdout } = await runCli(["open", "--print"], { dataDir });
  assertEquals(code, 0);
  const { origin, hash } = new URL(stdout.trim());
  assertEquals(origin, hypivisor.origin);
  const signIn = () =>
    fetch(`${hypivisor.origin}/api/session`, {
      method: "POST",
      body: JSON.stringify({ code: hash.replace("#code=", "") }),
    });
  assertEquals((await signIn()).status, 200);
  assertEquals((await signIn()).status, 401);
  const json = await runCli(["open", "--json"], { dataDir });
  assertMatch(JSON.parse(json.stdout).url, /#code=/);
});

test("open starts the browser that the environment names", async () => {
  await using hypivisor = await Hypivisor.start();
  const { dataDir } = hypivisor;
  const script = join(dataDir, "browser");
  const proof = join(dataDir, "opened");
  await Bun.write(script, `#!/bin/sh\nprintf %s "$1" > ${proof}\n`);
  chmodSync(script, 0o755);
  const { stdout } = await runCli(["open"], {
    dataDir,
    env: { BROWSER: script },
  });
  await until(() => existsSync(proof) && statSync(proof).size > 0);
  assertEquals(await Bun.file(proof).text(), stdout.trim());
});

test("token prints the token, and says where none is", async () => {
  await using hypivisor = await Hypivisor.start();
  const { dataDir, token } = hypivisor;
  assertEquals((await runCli(["token"], { dataDir })).stdout, `${token}\n`);
  const none = await runCli(["token"], { dataDir: join(dataDir, "none") });
  assertEquals([none.code, none.stdout], [1, ""]);
  assertMatch(none.stderr, /^hypivisor: No token in "/);
});

test("rename names an agent's session", async () => {
  await withAgents(async ({ dataDir }, [shop]) => {
    const { code } = await runCli(["rename", "shop", "Till"], { dataDir });
    assertEquals(code, 0);
    assertEquals(shop?.commands.at(-1)?.command, {
      kind: "rename",
      name: "Till",
    });
  });
});

test("complete prints IDs and names, and nothing a shell would run", async () => {
  await using hypivisor = await Hypivisor.start();
  const { dataDir } = hypivisor;
  const url = () => hypivisor.socketUrl("/ws?uplink=2");
  await using _good = await FakeAgent.start(url, { id: "good-1" });
  await using _evil = await FakeAgent.start(url, { id: "$(touch x)" });
  const { stdout } = await runCli(["complete", "agent"], { dataDir });
  assertEquals(stdout, "good-1\tshop\n");
  const nobody = await runCli(["complete", "agent"], { dataDir: "/none/x" });
  assertEquals([nobody.code, nobody.stdout, nobody.stderr], [1, "", ""]);
});

test("a reader that has seen enough ends the command quietly", async () => {
  await using hypivisor = await Hypivisor.start();
  const items = Array.from(
    { length: 3_000 },
    (_, n) => said("x".repeat(99), n),
  );
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { id: "long", items },
  );
  await until(() => agent.acked > 0);
  const { dataDir } = hypivisor;
  const line = [...cliCommand(), "tail", "long", "-n", "3000", "--json"];
  const child = Bun.spawn(
    ["sh", "-c", `"$@" --data-dir ${dataDir} | head -n 1`, "sh", ...line],
    { env: cliEnv({ dataDir }), stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assertEquals([stdout.trim().split("\n").length, stderr], [1, ""]);
});
