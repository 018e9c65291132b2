/**
 * How a log is asked for: at first its end, the files included; then what came
 * after.
 *
 * Lines that are read from a file have no times, so those that the runner still
 * has in memory are asked for a second time, and replace them.
 */

import type {
  MethodName,
  ParamsOf,
  ResultOf,
} from "../../server/protocol/rpc.ts";
import type { ServiceName } from "../../server/protocol/service.ts";
import type { LogChunk, LogPort } from "./service_log.ts";

type Call = <M extends MethodName>(
  method: M,
  params: ParamsOf<M>,
) => Promise<ResultOf<M>>;

/** Of the first reading: older lines are seldom what somebody comes for. */
const FIRST_LINES = 5_000;

export function logPort(call: Call, name: ServiceName): LogPort {
  return {
    async read(since) {
      if (since) return await call("service_logs", { name, since });
      const [whole, { log }] = await Promise.all([
        call("service_logs", { name, tail: FIRST_LINES }),
        call("service_status", { name }),
      ]);
      const tail = Math.min(log.lines, FIRST_LINES);
      if (tail === 0) return whole;
      return withTimes(whole, await call("service_logs", { name, tail }));
    },
  };
}

/** The lines of both; where both have one, that of `timed`. */
export function withTimes(whole: LogChunk, timed: LogChunk): LogChunk {
  if (timed.epoch !== whole.epoch) return timed;
  const lines = new Map(whole.lines.map((line) => [line.seq, line]));
  for (const line of timed.lines) lines.set(line.seq, line);
  const inOrder = [...lines.values()].sort((a, b) => a.seq - b.seq);
  return { ...whole, lines: inOrder };
}
