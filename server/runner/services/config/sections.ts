/**
 * The blocks restart, stop, log and limits: each node becomes one part of the
 * config, its defaults filled in.
 */

import { constants } from "node:os";
import {
  DEFAULT_LOG,
  DEFAULT_RESTART,
  DEFAULT_STOP,
  type Limits,
  type LogRules,
  type RestartRules,
  type StopRules,
} from "./config.ts";
import type { KdlNode } from "./document.ts";
import type { Faults } from "./faults.ts";
import {
  block,
  type Field,
  type Found,
  placeOf,
  readChoice,
  readDuration,
  readFlag,
  readInteger,
  readSize,
  readU32,
  refuseSurplus,
} from "./fields.ts";

/** Beyond this it is a mistake for the size of each. */
const LOG_KEEP_MAX = 100;

/** Below this a file would turn over with every other chunk. */
const LOG_SIZE_MIN = 4 * 1024;

const EXIT_CODE_MAX = 255;

const outside = (max: number) => (text: string) =>
  `${text} is not between 0 and ${max}`;

export const restartBlock = block({
  policy: readChoice("policy", ["always", "on-failure", "never"]),
  "backoff-initial": readDuration,
  "backoff-max": readDuration,
  "max-retries-per-minute": readU32(0),
  "stable-after": readDuration,
  "retry-failed-after": readDuration,
  "success-exit-codes": readExitCodes,
});

export function restartRules(
  found: Found<typeof restartBlock>,
  node: KdlNode | undefined,
  faults: Faults,
): RestartRules {
  const initial = found["backoff-initial"];
  const max = found["backoff-max"];
  if (node && initial !== undefined && max !== undefined && initial > max) {
    const why = "longer than `backoff-max`";
    faults.invalid(
      "restart.backoff-initial",
      placeOf(node, "backoff-initial"),
      why,
    );
  }
  const backoffInitialMs = initial ?? Math.min(
    DEFAULT_RESTART.backoffInitialMs,
    max ?? Infinity,
  );
  return {
    policy: found.policy ?? DEFAULT_RESTART.policy,
    backoffInitialMs,
    // An initial delay alone may be longer than the usual maximum.
    backoffMaxMs: max ??
      Math.max(DEFAULT_RESTART.backoffMaxMs, backoffInitialMs),
    maxRetriesPerMinute: found["max-retries-per-minute"] ??
      DEFAULT_RESTART.maxRetriesPerMinute,
    stableAfterMs: found["stable-after"] ?? DEFAULT_RESTART.stableAfterMs,
    retryFailedAfterMs: found["retry-failed-after"] ??
      DEFAULT_RESTART.retryFailedAfterMs,
    successExitCodes: found["success-exit-codes"] ??
      DEFAULT_RESTART.successExitCodes,
  };
}

function readExitCodes(field: Field): number[] | undefined {
  const { node, faults } = field;
  refuseSurplus(field, { args: Infinity });
  const codes = new Set([0]);
  for (const { value, text, place } of node.args) {
    if (
      typeof value !== "number" || !Number.isInteger(value) || value < 0 ||
      value > EXIT_CODE_MAX
    ) {
      faults.invalid(field.field, place, outside(EXIT_CODE_MAX)(text));
    } else codes.add(value);
  }
  return [...codes];
}

export const stopBlock = block({ signal: readSignal, grace: readDuration });

export function stopRules(found: Found<typeof stopBlock> = {}): StopRules {
  return {
    signal: found.signal ?? DEFAULT_STOP.signal,
    graceMs: found.grace ?? DEFAULT_STOP.graceMs,
  };
}

function readSignal(field: Field): NodeJS.Signals | undefined {
  const name = readChoice("signal", SIGNALS)(field);
  if (name === undefined) return undefined;
  return (name.startsWith("SIG") ? name : `SIG${name}`) as NodeJS.Signals;
}

/** With and without the prefix. Those that end nothing are left out. */
const SIGNALS: readonly string[] = Object.keys(constants.signals)
  .filter((name) => !/^SIG(STOP|TSTP|TTIN|TTOU|CONT|CHLD|URG)$/.test(name))
  .flatMap((name) => [name, name.slice("SIG".length)]);

export const logBlock = block({
  "max-size": readSize,
  keep: readInteger({
    min: 0,
    max: LOG_KEEP_MAX,
    outside: outside(LOG_KEEP_MAX),
  }),
  timestamps: readFlag,
});

export function logRules(
  found: Found<typeof logBlock> = {},
  { node, faults }: { node: KdlNode | undefined; faults: Faults },
): LogRules {
  const size = found["max-size"];
  if (node && size !== undefined && size < LOG_SIZE_MIN) {
    const place = placeOf(node, "max-size");
    faults.invalid("log.max-size", place, `smaller than ${LOG_SIZE_MIN} bytes`);
  }
  return {
    maxBytes: size ?? DEFAULT_LOG.maxBytes,
    keep: found.keep ?? DEFAULT_LOG.keep,
    timestamps: found.timestamps ?? DEFAULT_LOG.timestamps,
  };
}

export const limitsBlock = block({
  memory: readSize,
  processes: readU32(1),
});

export function limitsOf(found: Found<typeof limitsBlock>): Limits {
  return {
    ...(found.memory === undefined ? {} : { memoryBytes: found.memory }),
    ...(found.processes === undefined ? {} : { processes: found.processes }),
  };
}
