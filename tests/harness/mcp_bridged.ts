/** Real MCP servers on stdio behind a bridge, and the official client. */

import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import type { Subprocess } from "bun";
import { type Attachment, Bridge } from "../../server/mcp/bridge.ts";
import { serveBridge } from "../../server/mcp/bridge_http.ts";
import type { BridgeLimits } from "../../server/mcp/bridge_limits.ts";

const NPM = "node_modules/@modelcontextprotocol";

/** Commands of servers, run by the Bun that runs the tests. */
export const SERVERS = {
  everything: () => [
    process.execPath,
    `${NPM}/server-everything/dist/index.js`,
    "stdio",
  ],
  filesystem: (dir: string) => [
    process.execPath,
    `${NPM}/server-filesystem/dist/index.js`,
    dir,
  ],
  /** One of ours that does what `how` says; see `mcp_child.ts`. */
  child: (how: string) => [
    process.execPath,
    "tests/harness/mcp_child.ts",
    how,
  ],
  /** A server of the v2 SDK: `modern` only, or `both` eras. */
  v2: (eras: "modern" | "both") => [
    process.execPath,
    "tests/harness/mcp_v2_child.ts",
    eras,
  ],
};

type Child = Subprocess<"pipe", "pipe", "pipe">;

/** A bridge on a free port, its process, and what it wrote beside messages. */
export class Bridged {
  bridge: Bridge;
  readonly noise: string[] = [];
  readonly url: string;
  stderr = "";
  child!: Child;
  readonly #command: readonly string[];
  readonly #limits: Partial<BridgeLimits>;
  #server: { stop(): Promise<void> };

  constructor(command: readonly string[], limits: Partial<BridgeLimits> = {}) {
    this.#command = command;
    this.#limits = limits;
    this.bridge = this.#makeBridge();
    const server = serveBridge(this.bridge, { port: 0, path: "/mcp" });
    this.#server = server;
    this.url = `http://127.0.0.1:${server.port}/mcp`;
    this.start();
  }

  #makeBridge(): Bridge {
    return new Bridge({
      name: "test",
      log: (line) => this.noise.push(line),
      limits: this.#limits,
    });
  }

  /** Another bridge at the same place, as after a runner that was killed. */
  async forgetSessions(): Promise<void> {
    this.bridge.close();
    await this.#server.stop();
    this.child.kill("SIGKILL");
    await this.child.exited;
    this.bridge = this.#makeBridge();
    const port = Number(new URL(this.url).port);
    this.#server = serveBridge(this.bridge, { port, path: "/mcp" });
    this.start();
  }

  /** Starts the process, also again after it has ended. */
  start(): void {
    const child = Bun.spawn([...this.#command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.child = child;
    this.stderr = "";
    const attached = this.bridge.attach({
      write: async (line) => {
        child.stdin.write(`${line}\n`);
        await child.stdin.flush();
      },
      lastOutput: () => this.stderr.slice(-200),
    });
    void this.#read(child, attached);
  }

  async #read(child: Child, attached: Attachment): Promise<void> {
    const errors = (async () => {
      for await (const chunk of child.stderr) {
        this.stderr += Buffer.from(chunk).toString();
      }
    })();
    for await (const chunk of child.stdout) {
      attached.output(chunk);
      // A flood must not keep everything else from having its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await errors;
    await child.exited;
    attached.exited(
      child.signalCode
        ? `killed by ${child.signalCode}`
        : `exit code ${child.exitCode}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.bridge.close();
    await this.#server.stop();
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

export type Mode = "legacy" | "modern";

/** The official client, connected; `client.close()` is for who opened it. */
export async function connect(
  url: string,
  mode: Mode | "auto",
  options: ClientOptions = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: "test", version: "1.0.0" }, {
    ...options,
    versionNegotiation: {
      mode: mode === "modern" ? { pin: "2026-07-28" } : mode,
    },
  });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
  });
  await client.connect(transport);
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      if (mode === "legacy") await transport.terminateSession();
      await client.close();
    },
  });
}

/** The text of a tool's answer. */
export async function callText(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as { type: string; text?: string }[];
  return first?.text ?? "";
}
