/**
 * The opening of a server on stdio: which era it speaks, and what it is.
 *
 * `initialize` goes first, although it is the older question: servers of some
 * SDKs exit at whatever comes before it, while one that knows only the modern
 * era refuses it politely and can still be asked to `server/discover` itself.
 */

import { isRecord } from "../read.ts";
import type { Peer } from "./bridge_peer.ts";
import {
  type Era,
  LEGACY_VERSION,
  MODERN_VERSION,
  OURSELVES,
  withEnvelope,
} from "./era.ts";
import type { JsonObject } from "./json_rpc.ts";
import { readDiscovered, readInitialized } from "./probe.ts";

/** What a server said of itself. */
export interface ServerFacts {
  readonly era: Era;
  readonly version: string;
  /** As it came: name, version, title, icons. */
  readonly info: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
}

export type Opened =
  | { readonly kind: "ready"; readonly facts: ServerFacts }
  | { readonly kind: "refused"; readonly why: string };

/** What we can hand on to the client that a question belongs to. */
const CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} } };

/**
 * How long a server may take: its supervisor has a shorter word on this, and
 * ends the process. Below the largest delay that a timer can hold.
 */
const OPEN_MS = 24 * 60 * 60_000;

/** Opens the server behind `peer`. Resolves to a refusal when it ends. */
export async function openServer(peer: Peer): Promise<Opened> {
  const begun = await peer.call("initialize", {
    protocolVersion: LEGACY_VERSION,
    capabilities: CAPABILITIES,
    clientInfo: OURSELVES,
  }, { timeoutMs: OPEN_MS });
  if (begun.kind === "result") {
    const made = readInitialized(begun.result);
    if (!made) return refused("its answer to initialize is not that of MCP");
    peer.notify("notifications/initialized", {});
    const { serverInfo } = begun.result;
    return ready("legacy", made.version, serverInfo, begun.result);
  }
  const params = withEnvelope({}, {
    info: { ...OURSELVES },
    capabilities: CAPABILITIES,
    logLevel: undefined,
  });
  const found = await peer.call("server/discover", params, {
    timeoutMs: OPEN_MS,
  });
  const made = found.kind === "result" && readDiscovered(found.result);
  if (!made || found.kind !== "result") return refused(begun.error.message);
  if (made.version !== MODERN_VERSION) {
    return refused(`it speaks ${made.versions.join(", ")} only`);
  }
  const info = made.server ? { ...made.server } : undefined;
  return ready("modern", made.version, info, found.result);
}

function refused(why: string): Opened {
  return { kind: "refused", why };
}

function ready(
  era: Era,
  version: string,
  info: unknown,
  { capabilities, instructions }: JsonObject,
): Opened {
  return {
    kind: "ready",
    facts: {
      era,
      version,
      info: isRecord(info) ? info : { name: "unknown", version: "" },
      capabilities: shared(isRecord(capabilities) ? capabilities : {}),
      instructions: typeof instructions === "string" ? instructions : undefined,
    },
  };
}

/**
 * What may be offered to many clients. Tasks may not: they live as long as
 * the one connection, and every client could read and cancel all of them.
 */
function shared({ tasks: _, ...rest }: JsonObject): JsonObject {
  return rest;
}
