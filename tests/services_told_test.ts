/** What is told of services: as JSON, by the doctor, and while they start. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { freePort } from "./harness/free_port.ts";
import { ServiceHost, TALKER } from "./harness/service_host.ts";

test(
  "each command prints JSON with --json, and nothing else (B55)",
  async () => {
    await using host = await ServiceHost.start({
      talker: TALKER,
      web: `command "sleep" "1000"\nport ${freePort()}\n`,
    });
    await host.becomes("talker", "running");
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await host.run(...args, "--json");
      assertEquals(code, 0, stderr);
      return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    };

    const [services] = await json("list");
    assertEquals(services.map((one: { name: string }) => one.name), [
      "talker",
      "web",
    ]);
    const [status] = await json("status", "talker");
    assert(status.transitions.length > 1);
    const [stopped] = await json("stop", "talker");
    assertEquals(stopped, {
      stopped: ["talker"],
      not_running: [],
      refused: [],
    });
    const [started] = await json("start", "talker");
    assertEquals(started.started, ["talker"]);
    const [restarted] = await json("restart", "--all");
    assertEquals(restarted.restarted, ["talker", "web"]);
    const [reloaded] = await json("reload");
    assertEquals(reloaded.unchanged, ["talker", "web"]);
    const lines = await json("logs", "talker", "-n", "3");
    assertEquals(lines.length, 3);
    assertEquals((await json("check"))[0], { faults: [] });
    const [exported] = await json("export", "cursor", "web");
    assert(exported.text.includes("/mcp"));
  },
  30_000,
);

test("the doctor names services that are not as they should be", async () => {
  await using host = await ServiceHost.start({ fine: TALKER });
  const services = async () => {
    const { stdout } = await host.run("doctor", "--json");
    const findings = JSON.parse(stdout) as { what: string; found: string }[];
    return findings.find(({ what }) => what === "services")?.found;
  };
  await host.becomes("fine", "running");
  assertEquals(await services(), "1, 1 running");

  host.write("fails", 'command "false"\nrestart { max-retries-per-minute 0; }');
  await host.run("reload");
  await host.becomes("fails", "failed");
  host.write("fine", "command {");
  await host.run("reload");
  assertEquals(
    await services(),
    "fails has failed, fine has a fault in its file",
  );
}, 30_000);

test("clients are answered while services start (B56)", async () => {
  const slow = `command "sleep" "1000"
secrets { TOKEN "cmd:sleep 5; echo x"; }
`;
  await using host = await ServiceHost.start(
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`s-${i}`, slow])),
  );
  const began = performance.now();
  assertEquals((await host.daemon.fetch("/healthz")).status, 200);
  assertEquals((await host.list()).length, 30);
  assert(performance.now() - began < 3_000);
}, 30_000);
