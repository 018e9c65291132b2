/**
 * A daemon that finds a real pi on its PATH, in a home where pi-socket is
 * installed and the model is scripted; and a client that watches its roster.
 */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { Spawning } from "../../server/protocol/rpc.ts";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { Hypivisor } from "./hypivisor.ts";
import { PiHome } from "./pi.ts";
import { type Frame, TestSocket } from "./socket.ts";
import { until } from "./until.ts";

export interface SpawnSceneOptions {
  readonly args?: readonly string[];
  /** Has pi ask whether it may trust a folder, as it does by itself. */
  readonly asksForTrust?: boolean;
  /** In place of pi: the text of a shell script. Null for no pi at all. */
  readonly pi?: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

export class SpawnScene implements AsyncDisposable {
  readonly home: PiHome;
  readonly hypivisor: Hypivisor;
  #client: TestSocket | undefined;

  private constructor(home: PiHome, hypivisor: Hypivisor) {
    this.home = home;
    this.hypivisor = hypivisor;
  }

  static async start(options: SpawnSceneOptions = {}): Promise<SpawnScene> {
    const home = await PiHome.make();
    const bin = join(home.root, "bin");
    mkdirSync(bin);
    const { pi = `exec ${home.pi.command.join(" ")} "$@"` } = options;
    if (pi !== null) {
      writeFileSync(join(bin, "pi"), `#!/bin/sh\n${pi}\n`);
      chmodSync(join(bin, "pi"), 0o755);
    }
    if (options.asksForTrust) await forgetTrust(home);
    const hypivisor = await Hypivisor.start({
      args: options.args ?? [],
      env: {
        ...home.environment({ env: { SHELL: "/bin/sh" } }),
        PATH: `${bin}:/usr/bin:/bin`,
        // Left over from another pi, and from another hypivisor.
        PI_SESSION_ID: "outer",
        PI_CODING_AGENT: "true",
        HYPIVISOR_WS: "ws://127.0.0.1:9/ws",
        ...options.env,
      },
    });
    const scene = new SpawnScene(home, hypivisor);
    await scene.connect();
    return scene;
  }

  get client(): TestSocket {
    if (!this.#client) throw new Error("There is no client");
    return this.#client;
  }

  /** Anew, after the daemon was away. */
  async connect(): Promise<void> {
    this.#client = await TestSocket.open(this.hypivisor.socketUrl("/ws"));
    await this.#client.call("subscribe");
  }

  async spawn(params: object = {}): Promise<Spawning> {
    return await this.client.call("spawn_agent", {
      path: this.home.work,
      ...params,
    });
  }

  async nodes(): Promise<NodeRecord[]> {
    return (await (await this.hypivisor.fetch("/api/nodes")).json()).nodes;
  }

  async terminals(): Promise<TerminalRecord[]> {
    const answer = await this.hypivisor.fetch("/api/terminals");
    return (await answer.json()).terminals;
  }

  /** Waits for a node to be as `fits` wants it. */
  async node(
    id: string,
    fits: (node: NodeRecord) => unknown,
    withinMs = 15_000,
  ): Promise<NodeRecord> {
    let last: NodeRecord | undefined;
    return await until(async () => {
      last = (await this.nodes()).find((node) => node.id === id);
      return last !== undefined && fits(last) ? last : undefined;
    }, { withinMs, seen: () => [last, this.hypivisor.stderr.slice(-800)] });
  }

  /** What clients that subscribed were told of a node, by state. */
  statesOf(id: string): string[] {
    return this.client.frames
      .filter(({ method, params }: Frame) =>
        method === "node_set" && params.node.id === id
      )
      .map(({ params }: Frame) => params.node.state.kind);
  }

  async tail(terminal: string): Promise<string> {
    const path = `/api/terminals/${terminal}/tail?lines=50`;
    return (await (await this.hypivisor.fetch(path)).json()).text;
  }

  /** The newest answers of the conversation, as one text. */
  async transcript(node: string): Promise<string> {
    const answer = await this.hypivisor.fetch(`/api/nodes/${node}/transcript`);
    return JSON.stringify((await answer.json()).items);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
    await this.hypivisor[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

async function forgetTrust(home: PiHome): Promise<void> {
  const file = join(home.agentDir, "settings.json");
  const { defaultProjectTrust: _, ...settings } = await Bun.file(file).json();
  writeFileSync(file, JSON.stringify(settings));
  mkdirSync(join(home.work, ".pi", "extensions"), { recursive: true });
  writeFileSync(
    join(home.work, ".pi", "extensions", "x.ts"),
    "export default function () {}\n",
  );
}
