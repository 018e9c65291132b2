/**
 * What services need of MCP, as it is handed in: a question to a server, and a
 * bridge for those that speak over stdin and stdout. Types only.
 */

export type McpProbe =
  | { readonly kind: "alive"; readonly era: string }
  /** It answers, and wants a credential. */
  | { readonly kind: "needs_auth" }
  | { readonly kind: "not_ready"; readonly message: string };

export interface McpPort {
  /** @param options.era What was found last time: asked first. */
  probe(
    url: string,
    options: { timeoutMs: number; era?: string },
  ): Promise<McpProbe>;
  /** One per service of the transport `stdio`; outlives its processes. */
  openBridge(parts: {
    name: string;
    /** Takes lines of stdout that are no messages. */
    log: (line: string) => void;
    /** A client has asked for something. */
    onUse: () => void;
  }): McpBridge;
}

export interface McpBridge {
  /** Takes a process over that has just been started. */
  attach(port: {
    /** Writes one line to its stdin. Resolves when the pipe has taken it. */
    write(line: string): Promise<void>;
    /** The end of what it said on stderr. */
    lastOutput(): string;
  }): McpAttachment;
  check(options: { timeoutMs: number }): Promise<McpProbe>;
  /**
   * Listens for clients, for as long as the bridge is there, beside where it
   * listens already.
   *
   * @throws what `listen` says, `EADDRINUSE` above all.
   */
  listen(place: { path: string } & ({ unix: string } | { port: number })): void;
  close(): void;
}

export interface McpAttachment {
  output(chunk: Uint8Array): void;
  exited(why: string): void;
}
