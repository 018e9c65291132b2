/** Services that are MCP servers, good ones and bad: what is told of each. */

import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { SERVERS } from "./harness/mcp_bridged.ts";
import { ServiceStage } from "./harness/services.ts";

const ROOT = resolve(import.meta.dir, "..");

function server(command: readonly string[], more: string): string {
  const words = command.map((word) => JSON.stringify(word)).join(" ");
  return `command ${words}\nworking-dir "${ROOT}"\nautostart #false\n${more}`;
}

const overHttp = (how: string) => [
  process.execPath,
  "tests/harness/mcp_http_child.ts",
  how,
];

test(
  "20: modern, legacy and auth-walled MCP servers are all seen as alive (9.6)",
  async () => {
    const asked = `ready { probe "mcp" }
health { interval "100ms" }
port 0`;
    const [bun = "", everything = ""] = SERVERS.everything();
    await using stage = await ServiceStage.start({
      modern: server(overHttp("modern"), asked),
      legacy: server([bun, everything, "streamableHttp"], asked),
      walled: server(overHttp("auth"), asked),
      stdio: server(
        SERVERS.v2("modern"),
        `transport "stdio"\nready { probe "mcp" }\nhealth { interval "100ms" }`,
      ),
    });
    const names = ["legacy", "modern", "stdio", "walled"];
    const { started } = await stage.start(...names);
    expect(started.map(String)).toEqual(names);
    const seen = await Promise.all(names.map(async (name) => {
      const { health } = await stage.becomes(
        name,
        (one) => one.health.kind === "healthy",
      );
      return health.kind === "healthy" && health.mcp;
    }));
    expect(seen).toMatchObject([
      { era: "legacy", needsAuth: false },
      { era: "modern", needsAuth: false },
      { era: "modern", needsAuth: false },
      { needsAuth: true },
    ]);
  },
  30_000,
);

test(
  "a server that hangs, floods, answers HTML or dies is told as that in time",
  async () => {
    const asked = `ready { probe "mcp"; timeout "6s" }
restart { policy "never" }
stop { grace "100ms" }`;
    const onStdio = `${asked}\ntransport "stdio"`;
    await using stage = await ServiceStage.start({
      "http-flood": server(overHttp("flood"), `${asked}\nport 0`),
      "http-hang": server(overHttp("hang"), `${asked}\nport 0`),
      "http-html": server(overHttp("html"), `${asked}\nport 0`),
      "stdio-dies": server(SERVERS.child("dies_at_start"), onStdio),
      "stdio-flood": server(["yes"], onStdio),
      "stdio-hang": server(["sleep", "1000"], onStdio),
      "stdio-html": server(
        ["sh", "-c", "echo '<!doctype html>'; exec sleep 1000"],
        onStdio,
      ),
    });
    const began = performance.now();
    const { started, refused } = await stage.runner.call("services_start", {
      all: true,
    });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(started).toEqual([]);
    const late = "was not ready within 6000 ms";
    const silent = (name: string, more = "") =>
      `${late} (Service "${name}" is still starting: no answer to initialize${more})`;
    const unanswered = `${late} (no answer to server/discover within 3000 ms)`;
    expect(
      Object.fromEntries(refused.map(({ name, message }) => [name, message])),
    ).toEqual({
      // On a machine that is busy with the other flood it does not get so far.
      "http-flood": expect.stringMatching(
        /\((the answer has over 4194304 bytes|no answer to server.discover within 3000 ms)\)$/,
      ),
      "http-hang": unanswered,
      "http-html": `${late} (it answers a web page, which is not MCP)`,
      "stdio-dies":
        "exited with code 7 before it was ready: Cannot find module 'left-pad'",
      "stdio-flood": expect.stringMatching(
        /initialize\. It wrote \d+ lines that are no JSON-RPC, the first: y\)$/,
      ),
      "stdio-hang": silent("stdio-hang"),
      "stdio-html": silent(
        "stdio-html",
        ". It wrote a line that is HTML: <!doctype html>",
      ),
    });
  },
  30_000,
);
