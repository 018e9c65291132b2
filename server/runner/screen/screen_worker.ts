/**
 * The worker that has the screens: parsing and painting take tens of
 * milliseconds, which the loop that serves keys has not.
 *
 * Keeps a few mirrors ready and the others painted, which is a tenth of the
 * memory; one that is painted is parsed again when it is needed.
 */

import type { TerminalSize } from "../../protocol/terminal.ts";
import { Mirror } from "./mirror.ts";
import type {
  FromScreens,
  MirrorFacts,
  MirrorId,
  ToScreens,
} from "./screen_message.ts";

declare const self: Worker;

/** Those that print or are looked at; 7 MiB each at the most common size. */
const READY_MAX = 8;

interface Painted {
  readonly size: TerminalSize;
  readonly bytes: Uint8Array;
}

/** In the order of their last use. */
const ready = new Map<MirrorId, Mirror>();
const painted = new Map<MirrorId, Painted>();

self.onmessage = ({ data }: MessageEvent<ToScreens>) => {
  try {
    take(data);
  } catch (thrown) {
    const request = "request" in data ? data.request : undefined;
    tell({ type: "failed", request, error: describe(thrown) });
    // Who feeds waits for this, whatever became of it.
    if (data.type === "feed") {
      const facts = { isPlain: false, wraps: true, column: 0 };
      tell({ type: "fed", mirror: data.mirror, ...facts });
    }
  }
};

function take(message: ToScreens): void {
  switch (message.type) {
    case "feed": {
      const facts = feed(message);
      return tell({ type: "fed", mirror: message.mirror, ...facts });
    }
    case "paint": {
      const bytes = find(message.mirror).paint();
      const { request } = message;
      return tell({ type: "painted", request, bytes }, [bytes.buffer]);
    }
    case "tail": {
      const text = find(message.mirror).tail(message.lines);
      return tell({ type: "tail", request: message.request, text });
    }
    case "forget":
      painted.delete(message.mirror);
      ready.get(message.mirror)?.dispose();
      ready.delete(message.mirror);
  }
}

function feed(message: ToScreens & { type: "feed" }): MirrorFacts {
  const mirror = find(message.mirror, message.size);
  for (const step of message.steps) {
    if (step.type === "bytes") mirror.feed(step.bytes);
    else mirror.resize(step.size);
  }
  return mirror.facts();
}

/** A mirror, ready. One that is not known begins empty in this size. */
function find(id: MirrorId, size?: TerminalSize): Mirror {
  const mirror = ready.get(id) ?? revive(id, size);
  // To the end of the order.
  ready.delete(id);
  ready.set(id, mirror);
  for (const [oldest, other] of ready) {
    if (ready.size <= READY_MAX) break;
    painted.set(oldest, { size: other.size, bytes: other.paint() });
    other.dispose();
    ready.delete(oldest);
  }
  return mirror;
}

function revive(id: MirrorId, size: TerminalSize | undefined): Mirror {
  const kept = painted.get(id);
  painted.delete(id);
  const begin = kept?.size ?? size;
  if (!begin) throw new Error(`There is no mirror ${id}`);
  const mirror = new Mirror(begin, (thrown) => {
    tell({ type: "failed", request: undefined, error: describe(thrown) });
  });
  if (kept) mirror.feed(kept.bytes);
  return mirror;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.stack ?? thrown.message : "unknown";
}

function tell(message: FromScreens, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, transfer);
}
