/**
 * A service's log on screen: the newest at the foot, and staying there until
 * the reader scrolls away.
 *
 * Blocks out of sight are neither laid out nor painted, and full ones are never
 * drawn again.
 */

import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ServiceName } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { type LogLook, segmentsOf } from "../models/log_lines.ts";
import type { LogBlock, ServiceLogModel } from "../models/service_log.ts";
import type { Page } from "../page.ts";

interface LogViewProps {
  page: Page;
  log: ServiceLogModel;
  name: ServiceName;
}

/** Nearer to the end than this is at the end. */
const END_WITHIN_PX = 24;

export function LogView({ page, log, name }: LogViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const { wrap, times } = page.logLook.value;
  const filter = log.wanted.value;
  const look = useMemo((): LogLook => ({ filter, times }), [filter, times]);
  const blocks = log.blocks.value;
  const stick = () => {
    const element = box.current;
    if (element && log.isFollowing.peek()) {
      element.scrollTop = element.scrollHeight;
    }
  };

  useLayoutEffect(stick, [blocks, look, wrap]);
  useEffect(() => {
    // Its height is only guessed until a block has been in sight.
    const observer = new ResizeObserver(stick);
    if (inner.current) observer.observe(inner.current);
    if (box.current) observer.observe(box.current);
    return () => {
      observer.disconnect();
      // Where it was left is not known any more when it is shown again.
      log.follow();
    };
  }, [log]);

  const onScroll = () => {
    const { scrollHeight, clientHeight, scrollTop } = box.current ??
      { scrollHeight: 0, clientHeight: 0, scrollTop: 0 };
    const isAtEnd = scrollHeight - clientHeight - scrollTop <= END_WITHIN_PX;
    if (isAtEnd) log.follow();
    else if (scrollTop < lastTop.current - 1) log.pause();
    lastTop.current = scrollTop;
  };
  const isFollowing = log.isFollowing.value;
  const fresh = log.fresh.value;
  return (
    <>
      <div
        ref={box}
        class="log-box"
        role="log"
        aria-live="off"
        aria-label={`Lines of ${name}`}
        tabIndex={0}
        data-wrap={wrap}
        onScroll={onScroll}
      >
        <div ref={inner} class="log-lines">
          {blocks.map((block) => (
            <Block key={block.id} block={block} look={look} />
          ))}
          <Nothing log={log} />
        </div>
      </div>
      {!isFollowing && (
        <button
          type="button"
          class="log-jump"
          onClick={() => {
            log.follow();
            stick();
            box.current?.focus();
          }}
        >
          <Icon name="arrow-down" size={14} />
          {fresh > 0 ? `${fresh} new` : "Back to live"}
        </button>
      )}
    </>
  );
}

function Nothing({ log }: { log: ServiceLogModel }) {
  const status = log.status.value;
  const count = log.matchCount.value ?? log.lineCount.value;
  if (count > 0) return null;
  const words = status.kind === "failed"
    ? `Could not read the log: ${status.why}`
    : status.kind === "loading"
    ? ""
    : log.wanted.value === ""
    ? "It has written nothing."
    : "No line has these words.";
  return <p class="nothing">{words}</p>;
}

interface BlockProps {
  block: LogBlock;
  look: LogLook;
}

/** The same nodes again are not even compared. */
function Block({ block, look }: BlockProps) {
  return useMemo(() => {
    const segments = segmentsOf(block.lines, look);
    if (segments.length === 0) return null;
    return (
      <pre
        class="log-block"
        style={{ "--lines": String(block.lines.length) }}
      >
        {segments.map((segment, i) =>
          segment.kind === "mark"
            ? (
              <span key={i} class="log-mark" data-tone={segment.tone}>
                {segment.text}
              </span>
            )
            : <span key={i} data-level={segment.level}>{segment.text}</span>
        )}
      </pre>
    );
  }, [block, look]);
}
