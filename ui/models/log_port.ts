/**
 * How a log is asked for: at first its end, the files included; then what came
 * after, pushed as it is said.
 */

import type { ClientPush } from "../../server/protocol/rpc.ts";
import type {
  LogLine,
  LogPlace,
  ServiceName,
} from "../../server/protocol/service.ts";
import type { Call } from "../rpc.ts";
import type { Followed, LogListener, LogPort } from "./service_log.ts";

/** Of the first reading: older lines are seldom what somebody comes for. */
const FIRST_LINES = 5_000;

export interface LogLink {
  call: Call;
  onPush(listener: (push: ClientPush) => void): () => void;
  /** Runs it before the next picture. Returns the undo. */
  soon(run: () => void): () => void;
}

export function logPort(link: LogLink, name: ServiceName): LogPort {
  const { call } = link;
  return {
    read: (since) =>
      call(
        "service_logs",
        since ? { name, since } : { name, tail: FIRST_LINES },
      ),
    follow: (since, listener) => follow(link, { name, since, listener }),
  };
}

interface Following {
  readonly name: ServiceName;
  readonly since: LogPlace;
  readonly listener: LogListener;
}

async function follow(
  { call, onPush, soon }: LogLink,
  { name, since, listener }: Following,
): Promise<Followed> {
  const asked = { name, follow: true, batches: true, since } as const;
  const { subscription_id, epoch } = await call("logs", asked);
  // Pushes come as frames of their own: none has been missed yet.
  let waiting: LogLine[] = [];
  let cancel: (() => void) | undefined;
  const flush = () => {
    cancel?.();
    cancel = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) listener.lines(lines);
  };
  const unhear = onPush((push) => {
    if (push.method !== "log_lines" && push.method !== "log_end") return;
    if (push.params.subscription_id !== subscription_id) return;
    if (push.method === "log_lines") {
      // In a flood many come between two pictures.
      for (const line of push.params.lines) waiting.push(line);
      cancel ??= soon(flush);
      return;
    }
    unhear();
    flush();
    listener.end(push.params.error);
  });
  return {
    epoch,
    stop() {
      unhear();
      cancel?.();
      // Without a connection there is nothing to cancel.
      call("logs_cancel", { subscription_id }).catch(() => {});
    },
  };
}
