/**
 * A service's log on screen: the newest at the foot, and staying there until
 * the reader wants to see something else: turns the wheel, drags, presses a
 * key, selects. From then on what is read stays where it is.
 *
 * Blocks out of sight are neither laid out nor painted, and full ones are never
 * drawn again.
 */

import { Component } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ServiceName } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { type LogLook, segmentsOf } from "../models/log_lines.ts";
import type { LogBlock, ServiceLogModel } from "../models/service_log.ts";
import type { Page } from "../page.ts";
import { type LinePlace, placeAtTop, topOf } from "./log_place.ts";

interface LogViewProps {
  page: Page;
  log: ServiceLogModel;
  name: ServiceName;
}

/** Who scrolls down to nearer than this wants to be at the end. */
const END_WITHIN_PX = 64;

/** A finger that rests moves as well. */
const DRAG_PX = 4;

const UPWARD = new Set(["ArrowUp", "PageUp", "Home"]);

export function LogView({ page, log, name }: LogViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  /** As last seen: how far it is scrolled, and where it is in the window. */
  const last = useRef({ scrollTop: 0, scrollHeight: 0, boxTop: 0 });
  const isDragged = useRef(false);
  const touchY = useRef(0);
  const read = useRef<LinePlace | undefined>(undefined);
  const { wrap, times } = page.logLook.value;
  const filter = log.wanted.value;
  const look = useMemo((): LogLook => ({ filter, times }), [filter, times]);
  const blocks = log.blocks.value;
  const scrollTo = (top: number | undefined) => {
    if (!box.current) return;
    if (top !== undefined) box.current.scrollTop = top;
    const { scrollTop, scrollHeight } = box.current;
    last.current = { ...last.current, scrollTop, scrollHeight };
  };
  const stick = () => {
    if (!box.current) return;
    const { top } = box.current.getBoundingClientRect();
    const sunk = top - last.current.boxTop;
    last.current.boxTop = top;
    const { scrollTop, scrollHeight } = box.current;
    // What comes and goes above the box does not move what is read.
    scrollTo(log.isFollowing.peek() ? scrollHeight : scrollTop + sunk);
  };
  const toEnd = () => {
    log.follow();
    stick();
  };
  const leave = () => {
    if (box.current && box.current.scrollTop > 0) log.pause();
  };

  useLayoutEffect(stick, [blocks]);
  useLayoutEffect(() => {
    if (log.isFollowing.peek()) return stick();
    if (!box.current) return;
    const drawn = { box: box.current, blocks: log.blocks.peek(), filter };
    scrollTo(read.current && topOf(read.current, drawn));
  }, [look, wrap]);
  useEffect(() => {
    // Its height is only guessed until a block has been in sight.
    const observer = new ResizeObserver(stick);
    if (inner.current) observer.observe(inner.current);
    if (box.current) observer.observe(box.current);
    // Whoever came by a key goes on by keys.
    const hasKeys = page.viewport.layout.peek() !== "phone";
    if (hasKeys && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true });
    }
    const onSelect = () => {
      const selection = getSelection();
      if (!selection || selection.isCollapsed) return;
      if (inner.current?.contains(selection.anchorNode)) leave();
    };
    const onRelease = () => isDragged.current = false;
    document.addEventListener("selectionchange", onSelect);
    addEventListener("pointerup", onRelease);
    // What a finger began the browser goes on with.
    addEventListener("pointercancel", onRelease);
    return () => {
      observer.disconnect();
      document.removeEventListener("selectionchange", onSelect);
      removeEventListener("pointerup", onRelease);
      removeEventListener("pointercancel", onRelease);
      // Where it was left is not known any more when it is shown again.
      log.follow();
    };
  }, [log]);

  const onScroll = () => {
    if (!box.current) return;
    const { scrollHeight, clientHeight, scrollTop } = box.current;
    const left = scrollHeight - clientHeight - scrollTop;
    const moved = scrollTop - last.current.scrollTop;
    // Where lines have come or gone, that has moved it and not the reader.
    const isByReader = isDragged.current ||
      scrollHeight === last.current.scrollHeight;
    scrollTo(undefined);
    if (moved > 0 && left <= END_WITHIN_PX) log.follow();
    if (moved === 0 || !isByReader) return;
    if (moved < 0 && left > 1) log.pause();
    if (log.isFollowing.peek()) return;
    const drawn = { box: box.current, blocks: log.blocks.peek(), filter };
    read.current = placeAtTop(drawn);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    if (UPWARD.has(event.key)) leave();
    if (event.key !== "End") return;
    event.preventDefault();
    toEnd();
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
        data-following={isFollowing}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onPointerDown={() => isDragged.current = true}
        onWheel={({ deltaY }) => deltaY < 0 && leave()}
        onTouchStart={({ touches }) =>
          touchY.current = touches[0]?.clientY ?? 0}
        onTouchMove={({ touches }) => {
          const y = touches[0]?.clientY ?? 0;
          if (y - touchY.current > DRAG_PX) leave();
        }}
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
            toEnd();
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

/**
 * Drawn again only if it has changed.
 *
 * A class that says so, and no memoized nodes: those would hold the tree that
 * they were first drawn in, and with it every block that was ever dropped.
 */
class Block extends Component<BlockProps> {
  override shouldComponentUpdate({ block, look }: BlockProps): boolean {
    return block !== this.props.block || look !== this.props.look;
  }

  override render({ block, look }: BlockProps) {
    const segments = segmentsOf(block.lines, look);
    if (segments.length === 0) return null;
    return (
      <pre
        class="log-block"
        data-block={block.id}
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
  }
}
