/** MCP through the daemon: real servers, the official client, many at once. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  callText,
  connect,
  type Mode,
  SERVERS,
} from "./harness/mcp_bridged.ts";
import { freePort } from "./harness/free_port.ts";
import { pidOf, ServiceHost } from "./harness/service_host.ts";

const ROOT = resolve(import.meta.dir, "..");
const CLIENTS = 20;

function server(command: readonly string[], more: string): string {
  const words = command.map((word) => JSON.stringify(word)).join(" ");
  return `command ${words}\nworking-dir "${ROOT}"\n${more}
ready { probe "mcp" }\n`;
}

/** What each of them is asked, and must answer. */
const CALLS: Readonly<
  Record<string, (who: number, dir: string) => [string, object, RegExp]>
> = {
  "every-http": (who) => ["echo", { message: `${who}` }, RegExp(`: ${who}$`)],
  "every-stdio": (who) => ["echo", { message: `${who}` }, RegExp(`: ${who}$`)],
  files: (who, dir) => [
    "read_text_file",
    { path: join(dir, `${who}.txt`) },
    RegExp(`^note ${who}$`),
  ],
  modern: (who) => ["echo", { text: `${who}` }, RegExp(`^${who}$`)],
};

test(
  "twenty official clients at once call each of four real servers, old and new, stdio and HTTP, on one process each",
  async () => {
    const [bun = "", everything = ""] = SERVERS.everything();
    await using host = await ServiceHost.start({});
    const notes = join(host.dir, "notes");
    mkdirSync(notes);
    for (let i = 0; i < CLIENTS; i++) {
      writeFileSync(join(notes, `${i}.txt`), `note ${i}`);
    }
    host.write(
      "every-http",
      server([bun, everything, "streamableHttp"], `port ${freePort()}`),
    );
    const onStdio = 'transport "stdio"';
    host.write("every-stdio", server(SERVERS.everything(), onStdio));
    host.write("files", server(SERVERS.filesystem(notes), onStdio));
    host.write("modern", server(SERVERS.v2("modern"), onStdio));
    await host.run("reload");
    const names = Object.keys(CALLS);
    const before = [];
    for (const name of names) {
      before.push(pidOf(await host.becomes(name, "running", 20_000)));
    }

    const headers = { Authorization: `Bearer ${host.daemon.token}` };
    await Promise.all(
      names.flatMap((name) =>
        Array.from({ length: CLIENTS }, async (_, who) => {
          // The one over HTTP is passed on as it is, and speaks as it does.
          const mode: Mode = name !== "every-http" && who % 2 === 0
            ? "modern"
            : "legacy";
          await using client = await connect(
            `${host.daemon.origin}/mcp/${name}`,
            mode,
            {},
            headers,
          );
          for (let i = 0; i < 5; i++) {
            const [tool, args, answer] = CALLS[name]?.(who, notes) ??
              ["", {}, /-/];
            assertMatch(await callText(client, tool, { ...args }), answer);
          }
        })
      ),
    );

    assertEquals((await host.list()).map(pidOf), before);
  },
  90_000,
);

test(
  "a proxy that the environment names is not between us and a service",
  async () => {
    const [bun = "", everything = ""] = SERVERS.everything();
    const nowhere = `http://127.0.0.1:${freePort()}`;
    await using host = await ServiceHost.start({
      every: server([bun, everything, "streamableHttp"], `port ${freePort()}`),
    }, { HTTP_PROXY: nowhere, http_proxy: nowhere });
    await host.becomes("every", "running", 20_000);
    const headers = { Authorization: `Bearer ${host.daemon.token}` };
    await using client = await connect(
      `${host.daemon.origin}/mcp/every`,
      "legacy",
      {},
      headers,
    );
    assertMatch(await callText(client, "echo", { message: "1" }), /: 1$/);
    assertEquals((await host.run("tools", "every")).code, 0);
  },
  60_000,
);
