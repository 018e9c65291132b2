/**
 * An agent of the original for tests: listens on a port of its own with `ws`,
 * registers that port, and says what the test has it say.
 */

import type { AddressInfo } from "node:net";
import { type WebSocket as Peer, WebSocketServer } from "ws";
import type { Hypivisor } from "./hypivisor.ts";
import { TestSocket } from "./socket.ts";

export interface LegacyAgentOptions {
  readonly id?: string;
  readonly machine?: string;
  readonly cwd?: string;
  /** Address to listen on; all of them, as the original, if absent. */
  readonly host?: string;
  /** Said to each viewer at once. */
  readonly first?: string;
}

export class LegacyAgent implements AsyncDisposable {
  readonly id: string;
  readonly server: WebSocketServer;
  readonly registration: TestSocket;
  /** Everybody who ever dialled. */
  readonly peers: Peer[] = [];
  /** Frames heard, with their type. */
  readonly heard: { text: string; isBinary: boolean }[] = [];
  onPeer: (peer: Peer) => void = () => {};

  private constructor(
    server: WebSocketServer,
    registration: TestSocket,
    options: LegacyAgentOptions,
  ) {
    this.id = options.id ?? crypto.randomUUID();
    this.server = server;
    this.registration = registration;
    server.on("connection", (peer) => {
      this.peers.push(peer);
      peer.on("error", () => {}); // Told by its close as well.
      peer.on(
        "message",
        (data, isBinary) => this.heard.push({ text: String(data), isBinary }),
      );
      if (options.first !== undefined) peer.send(options.first);
      this.onPeer(peer);
    });
  }

  static async start(
    hypivisor: Hypivisor,
    options: LegacyAgentOptions = {},
  ): Promise<LegacyAgent> {
    const server = new WebSocketServer({
      port: 0,
      ...(options.host ? { host: options.host } : {}),
    });
    await new Promise((resolve) => server.once("listening", resolve));
    const registration = await TestSocket.open(hypivisor.socketUrl("/ws"));
    const agent = new LegacyAgent(server, registration, options);
    await agent.register(options);
    return agent;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async register({ machine, cwd }: LegacyAgentOptions = {}): Promise<void> {
    const reply = await this.registration.ask("register", {
      id: this.id,
      machine: machine ?? "mbp",
      cwd: cwd ?? "/home/ada/shop",
      port: this.port,
      status: "active",
      pid: 4242,
    });
    if (reply.error) throw new Error(reply.error);
  }

  /** Ends its server and all viewers, as a killed process would. */
  die(): void {
    for (const peer of this.peers) peer.terminate();
    this.server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.die();
    await this.registration[Symbol.asyncDispose]();
  }
}
