/**
 * Who this agent is to a hypivisor: an id for the life of the process, taken
 * from its first session, and an epoch that tells a return from another one.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { NodeId } from "../server/protocol/node.ts";
import type {
  DeregisterFrame,
  RegisterFrame,
} from "../server/protocol/uplink.ts";
import { PROTOCOL_VERSION } from "../server/protocol/version.ts";
import { capabilitiesOf } from "./pi_host.ts";
import type { Session } from "./session.ts";

export class Identity {
  readonly epoch: string = randomUUID();
  #id: NodeId;

  constructor(session: Session) {
    this.#id = session.ctx.sessionManager.getSessionId() as NodeId;
  }

  /** Another process has the id: two on one session, each is shown. */
  takeAnother(): void {
    const [own] = this.#id.split("~");
    this.#id = `${own}~${randomBytes(3).toString("hex")}` as NodeId;
  }

  /** @param session Undefined while one is being replaced by the next. */
  registration(
    session: Session | undefined,
    { port, pi }: { port: number; pi: string },
  ): RegisterFrame {
    const file = session?.ctx.sessionManager.getSessionFile();
    return {
      id: "reg",
      method: "register",
      params: {
        id: this.#id,
        machine: hostname(),
        cwd: session?.ctx.cwd ?? process.cwd(),
        port,
        pid: process.pid,
        status: "active",
        uplink: PROTOCOL_VERSION,
        epoch: this.epoch,
        sessionId: session?.ctx.sessionManager.getSessionId() ?? "",
        ...(file ? { sessionFile: file } : {}),
        pi,
        capabilities: capabilitiesOf(pi),
      },
    };
  }

  goodbye(): DeregisterFrame {
    return { id: "dereg", method: "deregister", params: { id: this.#id } };
  }
}
