/** The daemon is killed: terminals and agents do not notice. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PiHome } from "./harness/pi.ts";
import { nodeState, startWithPi } from "./harness/spawning.ts";
import { TerminalHost } from "./harness/terminal_host.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

const MIB = 1_048_576;
const LATE = { withinMs: 30_000 };
/** From the start of the next daemon until it shows all of them. */
const LIVE_WITHIN_MS = 2_000;
const KILLS = 10;
const BLOCK_BYTES = MIB;
/** The decimal numbers up to it, a line each, are 200 MB through a terminal. */
const LAST_NUMBER = 23_500_000;
const TOTAL_BYTES = 200_000_000;

/** Says where a stream differs from another, without keeping either. */
class Blocks {
  readonly hashes: string[] = [];
  bytes = 0;
  #hasher = new Bun.CryptoHasher("sha1");
  #room = BLOCK_BYTES;

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#room);
      this.#hasher.update(part as Uint8Array<ArrayBuffer>);
      this.#room -= part.length;
      at += part.length;
      if (this.#room === 0) this.end();
    }
  }

  end(): void {
    this.hashes.push(this.#hasher.digest("hex"));
    this.#hasher = new Bun.CryptoHasher("sha1");
    this.#room = BLOCK_BYTES;
  }
}

/** What `seq` prints, without a terminal in between. */
async function printedBy(command: readonly string[]): Promise<Blocks> {
  const blocks = new Blocks();
  const child = Bun.spawn([...command], { stdout: "pipe" });
  for await (const chunk of child.stdout) blocks.push(chunk);
  blocks.end();
  return blocks;
}

test(
  "a viewer's bytes are the program's, through ten kills of the daemon and 200 MB",
  async () => {
    const seq = ["seq", String(LAST_NUMBER)];
    const wanted = await printedBy(seq);
    assert(wanted.bytes > TOTAL_BYTES);
    // In raw mode, so that no line feed becomes two bytes.
    const script = `stty raw -echo; printf R; head -c 1 >/dev/null; ${
      seq.join(" ")
    }; printf E`;
    await using host = await TerminalHost.start();
    const { id } = await host.open(["sh", "-c", script]);
    await using viewer = await host.view(id, { comesBack: true });
    await until(() => viewer.taken > 0);
    const seen = new Blocks();
    let places = viewer.taken;
    let gaps = 0;
    let isOver = false;
    viewer.onBytes = (bytes, offset) => {
      if (offset !== places) gaps++;
      places = offset + bytes.length;
      isOver = bytes.at(-1) === "E".charCodeAt(0);
      seen.push(isOver ? bytes.subarray(0, -1) : bytes);
    };

    viewer.type("x");
    for (let kill = 1; kill <= KILLS; kill++) {
      const goal = kill * TOTAL_BYTES / (KILLS + 1);
      await until(() => seen.bytes > goal, {
        withinMs: 60_000,
        seen: () => ({ goal, bytes: seen.bytes, closed: viewer.closed }),
      });
      await host.restart();
    }
    await until(() => isOver, {
      withinMs: 60_000,
      seen: () => ({ bytes: seen.bytes, closed: viewer.closed }),
    });
    seen.end();

    assertEquals(gaps, 0);
    assertEquals(viewer.screens, 1);
    assertEquals(viewer.resumes, KILLS);
    assertEquals(seen.bytes, wanted.bytes);
    const differs = seen.hashes.findIndex((hash, n) =>
      hash !== wanted.hashes[n]
    );
    assertEquals(differs, -1);
  },
  180_000,
);

test(
  "a turn of a spawned agent and a build end as if the daemon had not been killed",
  async () => {
    await using home = await PiHome.make();
    await using host = await TerminalHost.start(await startWithPi(home));
    const built = join(home.work, "built");
    const go = join(home.work, "go");
    const build = `until [ -e ${go} ]; do echo step; sleep 0.1; done
echo whole > ${built}`;
    const shell = await host.open(["sh", "-c", build], { folder: home.work });
    const agent = await host.client.call("spawn_agent", { path: home.work });
    await until(() => isNode(host, agent.node, "idle"), LATE);
    await using viewer = await TestViewer.open(host.hypivisor, agent.node);
    const answer = Array.from({ length: 400 }, (_, n) => `word${n}`).join(" ");
    home.llm.enqueue([
      { kind: "slow", ms: 2 },
      { kind: "say", text: answer.slice(0, 800) },
      { kind: "gate", name: "killed" },
      { kind: "say", text: answer.slice(800) },
    ]);
    await viewer.call("prompt", { id: "p1", text: "Please answer" });
    await until(() => JSON.stringify(viewer.flight).includes("word100"), LATE);

    await host.hypivisor.kill();
    const startedAt = performance.now();
    await host.restart();
    await until(() => isNode(host, agent.node, "working"), {
      withinMs: LIVE_WITHIN_MS,
    });
    const terminals = await host.list();
    const tookMs = performance.now() - startedAt;
    assert(tookMs < LIVE_WITHIN_MS, `Live after ${tookMs} ms`);
    for (const id of [shell.id, agent.terminal]) {
      const found = terminals.find((one) => one.id === id);
      assertEquals(found?.state.kind, "running");
    }

    home.llm.release("killed");
    writeFileSync(go, "");
    await until(() => viewer.receipts.get("p1")?.state === "done", LATE);
    assert(JSON.stringify(viewer.items.at(-1)).includes(answer));
    const ended = await until(async () => {
      const { state } = await host.find(shell.id) ?? {};
      return state?.kind === "exited" && state;
    }, LATE);
    assertEquals(ended.code, 0);
    assertEquals(readFileSync(built, "utf8"), "whole\n");
  },
  120_000,
);

async function isNode(
  { hypivisor }: TerminalHost,
  node: string,
  kind: string,
): Promise<boolean> {
  return (await nodeState(hypivisor, node))?.kind === kind;
}
