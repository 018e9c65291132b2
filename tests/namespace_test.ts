/** An agent on another machine, which can dial out and cannot be dialled. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Item, itemKeyOf, type Message } from "../server/protocol/item.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { Namespace } from "./harness/namespace.ts";
import { PiHome } from "./harness/pi.ts";
import { RunningPi } from "./harness/pi_process.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

const TOKEN = "a token that was carried to the other machine";
const MODEL_PORT = 4_141;
const WITHOUT_LINK_MS = 30_000;

/** Eight turns with a tool each: about 40 s of work. */
const LONG_WORK = Array.from(
  { length: 8 },
  (_, n) => `#say step ${n}\n#bash sleep 4; echo did ${n}`,
).join("\n") + "\n#say all eight are done";

test(
  "an agent behind NAT is driven like one of here, and loses nothing to 30 s without a link",
  async () => {
    await using machine = await Namespace.make();
    await using hypivisor = await Hypivisor.start({
      args: ["--host", machine.address],
      env: { HYPI_TOKEN: TOKEN },
    });
    await using home = await PiHome.make();
    await using _model = await startModel(machine, home);
    await using _pi = new RunningPi("tui", {
      command: machine.command(home.pi.command),
      cwd: home.work,
      env: home.environment({
        hypivisor: `ws://${machine.address}:${hypivisor.port}/ws`,
        env: { HYPI_TOKEN: TOKEN },
      }),
    });

    const node = await appears(hypivisor);
    assertEquals(node.cwd, home.work);
    assertEquals(await canDial(machine.theirAddress, MODEL_PORT), false);
    await using viewer = await TestViewer.open(hypivisor, node.id);

    let streamed = "";
    viewer.socket?.raw.addEventListener("message", () => {
      const frame = viewer.socket?.frames.at(-1);
      if (frame.type === "delta") streamed += frame.text;
    });
    await prompt(viewer, "near", "#say greetings from far away");
    await done(viewer, "near");
    assert(streamed.includes("greetings from far away"), streamed);
    assertEquals(roles(viewer.items), ["user", "assistant"]);

    await prompt(viewer, "far", LONG_WORK);
    await until(() => said(viewer.items, "step 0"), { withinMs: 15_000 });
    await machine.pull();
    await Bun.sleep(WITHOUT_LINK_MS);
    const seen = viewer.items.length;
    assert(!said(viewer.items, "step 6"), "The link was not down");
    const meanwhile = transcript(home).length;
    assert(meanwhile > seen + 4, `It stood still: ${seen}, then ${meanwhile}`);
    await machine.plug();

    await done(viewer, "far");
    assert(said(viewer.items, "all eight are done"));
    assertEquals(viewer.items.length, 2 + 1 + 8 * 2 + 1);
    assertEquals(viewer.keys, transcript(home).map(itemKeyOf));
    assertEquals(viewer.gaps, 0);
    assertEquals(
      (await home.log()).filter((line) => line.needsHardening),
      [],
    );
  },
  150_000,
);

/**
 * The scripted model on the other machine: it answers without a link too. It
 * listens on every interface, as a careless program would.
 */
async function startModel(machine: Namespace, home: PiHome) {
  const script = join(import.meta.dir, "pi/fake_llm.ts");
  const ready = join(home.root, "model-is-ready");
  const program = `import { startFakeLlm } from "${script}";
    await startFakeLlm({ port: ${MODEL_PORT}, host: "0.0.0.0" });
    await Bun.write("${ready}", "");`;
  const model = Bun.spawn(
    machine.command([process.execPath, "-e", program]),
    { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  );
  await until(() => Bun.file(ready).exists(), { withinMs: 10_000 });
  const models = join(home.agentDir, "models.json");
  const text = readFileSync(models, "utf8");
  const url = `http://127.0.0.1:${MODEL_PORT}/v1`;
  await Bun.write(models, text.replaceAll(home.llm.url, url));
  return {
    async [Symbol.asyncDispose]() {
      model.kill("SIGKILL");
      await model.exited;
    },
  };
}

/** The only node, once it is ready for a prompt. */
function appears(
  hypivisor: Hypivisor,
): Promise<{ id: string; cwd: string; state: { kind: string } }> {
  return until(async () => {
    const found = await (await hypivisor.fetch("/api/nodes")).json();
    const [node] = found.nodes ?? found;
    return node?.state.kind === "idle" && node;
  }, { withinMs: 20_000, seen: () => hypivisor.stderr });
}

/** Whether a connection comes about from here. */
function canDial(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: 1_000 });
  socket.on("connect", () => resolve(true));
  socket.on("error", () => resolve(false));
  socket.on("timeout", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function prompt(
  viewer: TestViewer,
  id: string,
  text: string,
): Promise<void> {
  await viewer.call("prompt", { id, text });
}

function done(viewer: TestViewer, id: string): Promise<unknown> {
  return until(() => viewer.receipts.get(id)?.state === "done", {
    withinMs: 60_000,
    seen: () => ({ receipt: viewer.receipts.get(id), keys: viewer.keys }),
  });
}

function roles(items: readonly Item[]): string[] {
  return items.map((item) =>
    item.kind === "message" ? item.message.role : item.kind
  );
}

function said(items: readonly Item[], words: string): boolean {
  return items.some((item) =>
    item.kind === "message" && item.message.role === "assistant" &&
    JSON.stringify(item.message.content).includes(words)
  );
}

/** What pi itself has written down, in its order. */
function transcript(home: PiHome): Message[] {
  const folder = join(home.agentDir, "sessions");
  const name = readdirSync(folder, { recursive: true })
    .map(String).find((name) => name.endsWith(".jsonl"));
  if (!name) return [];
  return readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ type, message }) =>
      type === "message" && message.role !== "system"
    )
    .map(({ message }) => message);
}
