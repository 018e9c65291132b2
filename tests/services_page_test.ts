/** What the page asks of services beside what `xy` does. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { resolve } from "node:path";
import { SERVERS } from "./harness/mcp_bridged.ts";
import { ServiceHost, sleeper } from "./harness/service_host.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

const ROOT = resolve(import.meta.dir, "..");

const COUNTS = `command "sh"
args "-c" "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done"
transport "none"
`;

const quoted = (words: readonly string[]) =>
  words.map((word) => JSON.stringify(word)).join(" ");

interface Line {
  readonly seq: number;
  readonly stream: string;
  readonly text: string;
}

function linesOf({ frames }: TestSocket, id: number): Line[] {
  return frames.flatMap(({ method, params }) =>
    method === "log_lines" && params.subscription_id === id ? params.lines : []
  );
}

test(
  "a page goes on in a log from the line it has, without a gap",
  async () => {
    await using host = await ServiceHost.start({ counts: COUNTS });
    await host.becomes("counts", "running");
    const url = host.daemon.socketUrl("/ws");
    await using socket = await TestSocket.open(url);
    const name = "counts";
    const { epoch, lines } = await socket.call("service_logs", { name });
    const since = { epoch, seq: lines.at(-1)?.seq ?? 0 };
    const asked = { name, follow: true, batches: true, since };
    const first = await socket.call("logs", asked);
    assertEquals(first, { subscription_id: 1, epoch });
    await until(() => linesOf(socket, 1).length >= 3);
    const seqs = linesOf(socket, 1).map(({ seq }) => seq);
    assertEquals(seqs, seqs.map((_, i) => since.seq + 1 + i));

    // Marks are lines as well, so that their numbers have no gap.
    await socket.call("restart_services", { names: [name] });
    await until(() =>
      linesOf(socket, 1).some(({ stream }) => stream === "mark")
    );
    await socket.call("logs_cancel", { subscription_id: 1 });
    const count = linesOf(socket, 1).length;
    await socket.call("service_logs", { name });
    assertEquals(linesOf(socket, 1).length, count);
  },
  60_000,
);

test(
  "what a service wrote can be read when its file is no good any more",
  async () => {
    await using host = await ServiceHost.start({
      web: `command "sh" "-c" "echo last words; exec sleep 1000"\n`,
      other: sleeper(),
    });
    await host.becomes("web", "running");
    host.write("web", "comand 7\n");
    // The next runner knows nothing of what the file said before.
    await using socket = await TestSocket.open(host.daemon.socketUrl("/ws"));
    const { runner } = await socket.call("daemon");
    process.kill(runner.pid, "SIGKILL");
    await host.becomes("web", "invalid");
    const { lines } = await socket.call("service_logs", {
      name: "web",
      tail: 9,
    });
    const texts = lines.map(({ text }: Line) => text);
    assert(texts.includes("last words"), texts.join("\n"));
    await assertRejects(() => socket.call("service_logs", { name: "../web" }));
  },
  60_000,
);

test("the tools of a service are listed, or why they are not", async () => {
  await using host = await ServiceHost.start({
    everything: `command ${quoted(SERVERS.everything())}\n` +
      `working-dir "${ROOT}"\ntransport "stdio"\n`,
    plain: sleeper(),
    web: `command "sleep" "1000"\nport 0\nready { probe "none" }\n`,
    off: `command "sleep" "1000"\nport 0\nautostart #false\n`,
  });
  await host.becomes("everything", "running");
  await host.becomes("web", "running");
  await using socket = await TestSocket.open(host.daemon.socketUrl("/ws"));
  const ask = (name: string) => socket.call("service_tools", { name });
  const { tools, isCut } = await ask("everything");
  assertEquals(isCut, false);
  const echo = tools.find(({ name }: { name: string }) => name === "echo");
  assert(echo.description.length > 0);
  assertEquals(echo.inputSchema, undefined);

  const why = (name: string) =>
    ask(name).then(() => "", ({ message }) => message);
  assertEquals(await why("plain"), 'Service "plain" speaks no MCP');
  assertEquals(
    await why("web"),
    "Cannot list the tools: nothing listens there",
  );
  assertEquals(await why("off"), 'Cannot use "off": it is stopped');
  assertEquals(await why("nope"), 'Cannot find service "nope"');
}, 60_000);
