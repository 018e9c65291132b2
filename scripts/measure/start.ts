/**
 * How fast the executable is there, and what it takes when nothing happens.
 *
 * From exec to the first answered request, with an empty data directory and
 * with one that has 5,000 nodes in it; resident memory once it has settled.
 */

import { Database } from "bun:sqlite";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, openForWriting } from "../../server/store/schema.ts";
import { Writer } from "../../server/store/writer.ts";
import {
  atMost,
  type Figure,
  type Measurement,
  median,
  told,
} from "./figure.ts";
import { CORE, rssMiB } from "./machine.ts";
import { BINARY } from "./tested.ts";

const RUNS = 15;
const STORED_NODES = 5_000;
const ITEMS_PER_NODE = 4;
const SETTLE_MS = 5_000;
const MAX_START_MS = 150;
const MAX_IDLE_MIB = 80;

/** Its exec is in the figure: about a millisecond. */
const PINNED = Bun.which("taskset") ? ["taskset", "-c", CORE.tested] : [];

interface Start {
  /** Its own word that it listens. */
  readonly listeningMs: number;
  /** A request is answered. */
  readonly answeringMs: number;
}

export const start: Measurement = {
  name: "start",
  about: "from exec to listening, and memory at rest",
  needsBinary: true,
  async run() {
    const stored = mkdtempSync(join(tmpdir(), "hypivisor-bench-"));
    fill(join(stored, "hypivisor.db"));
    const runs = { empty: [] as Start[], stored: [] as Start[] };
    // The first ones read the executable from disk; they count for nothing.
    await runOnce(undefined);
    await runOnce(stored);
    for (let run = 0; run < RUNS; run++) {
      runs.empty.push(await runOnce(undefined));
      runs.stored.push(await runOnce(stored));
    }
    const figures = [
      ...figuresOf("empty data directory", runs.empty),
      ...figuresOf(`${STORED_NODES} stored nodes`, runs.stored),
      atMost("idle memory", await idleMiB(undefined), MAX_IDLE_MIB, "MiB"),
      told(
        `idle memory, ${STORED_NODES} stored nodes`,
        await idleMiB(stored),
        "MiB",
      ),
    ];
    rmSync(stored, { recursive: true });
    return figures;
  },
};

function figuresOf(what: string, starts: readonly Start[]): Figure[] {
  const listening = starts.map(({ listeningMs }) => listeningMs);
  const answering = starts.map(({ answeringMs }) => answeringMs);
  return [
    atMost(`listening, ${what}`, median(listening), MAX_START_MS, "ms"),
    told(`listening, ${what}, worst`, Math.max(...listening), "ms"),
    told(`answering, ${what}`, median(answering), "ms"),
  ];
}

/** @param from A data directory to start with; its copy is used. */
async function runOnce(from: string | undefined): Promise<Start> {
  await using daemon = await begin(from);
  return daemon.start;
}

async function idleMiB(from: string | undefined): Promise<number> {
  await using daemon = await begin(from);
  await Bun.sleep(SETTLE_MS);
  return rssMiB(daemon.pid);
}

async function begin(from: string | undefined) {
  const dataDir = mkdtempSync(join(tmpdir(), "hypivisor-bench-"));
  if (from) cpSync(from, dataDir, { recursive: true });
  const startedAt = performance.now();
  const child = Bun.spawn(
    [...PINNED, BINARY, "--port", "0", "--data-dir", dataDir],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const { port, listeningMs } = await listening(child.stderr, startedAt);
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  await response.text();
  const answeringMs = performance.now() - startedAt;
  return {
    pid: child.pid,
    start: { listeningMs, answeringMs },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(dataDir, { recursive: true });
    },
  };
}

async function listening(
  stderr: ReadableStream<Uint8Array>,
  startedAt: number,
): Promise<{ port: string; listeningMs: number }> {
  const reader = stderr.getReader();
  const decoder = new TextDecoder();
  let said = "";
  while (true) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start the daemon: ${said}`);
    said += decoder.decode(value, { stream: true });
    const port = /listening .*port=(\d+)/.exec(said)?.[1];
    if (!port) continue;
    const listeningMs = performance.now() - startedAt;
    reader.releaseLock();
    return { port, listeningMs };
  }
}

/** A database as a busy year would leave it. */
function fill(file: string): void {
  const db = new Database(file, { create: true });
  openForWriting(db);
  migrate(db);
  const writer = new Writer(db);
  const now = Date.now();
  for (let n = 0; n < STORED_NODES; n++) {
    const node = crypto.randomUUID();
    writer.write([
      {
        type: "node",
        id: node,
        card: JSON.stringify({
          id: node,
          machine: "mbp",
          cwd: `/home/ada/projects/shop-${n}`,
          port: 0,
          pid: 4_000 + n,
        }),
        details: JSON.stringify({
          session: { id: node, file: `/home/ada/.pi/sessions/${node}.jsonl` },
          model: { provider: "fake", id: "fake-fast", name: "Fake Fast" },
          thinking: "medium",
          pi: "1.5.2",
          mode: "tui",
          branch: "main",
          lastPrompt: "Please find out why the orders are counted twice",
          warning: "",
        }),
        joinedAt: now - n * 1_000,
        heardAt: now - n * 500,
      },
      {
        type: "replace",
        node,
        session: node,
        items: Array.from({ length: ITEMS_PER_NODE }, (_, at) => ({
          key: `assistant:${at}`,
          json: JSON.stringify({ kind: "message", text: "x".repeat(400) }),
        })),
        more: false,
      },
      {
        type: "place",
        node,
        epoch: node,
        seq: 10,
        session: node,
        lastKey: `assistant:${ITEMS_PER_NODE - 1}`,
      },
    ]);
  }
  db.run("pragma wal_checkpoint(truncate)");
  db.close();
}
