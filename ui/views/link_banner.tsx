/**
 * What a person must know of the connection, and nothing when all is well.
 *
 * Blips stay silent: the style sheet shows it after a second.
 */

import { Icon } from "../components/icon.tsx";
import type { Link, LinkState } from "../link.ts";
import type { Page } from "../page.ts";
import { sayClock, saySecond } from "../words.ts";

interface LinkBannerProps {
  page: Page;
  link: Link;
  /** How many items came with the reconnect; undefined to say nothing. */
  missed?: number | undefined;
}

export function LinkBanner({ page, link, missed }: LinkBannerProps) {
  const state = link.state.value;
  const { outdated } = page.nodes;
  if (state.kind === "open") {
    if (missed !== undefined && missed > 0) {
      return (
        <div class="banner" data-kind="good" role="status">
          <Icon name="check" size={14} />
          <span>Caught up, {missed} new</span>
        </div>
      );
    }
    return outdated.value ? <Outdated version={versionOf(page)} /> : null;
  }
  const isFirst = state.kind === "connecting" && state.attempt === 0;
  if (isFirst || state.kind === "signedOut") return null;
  const isOnline = page.viewport.online.value;
  return (
    <div class="banner" data-kind="late" role="status">
      <Icon name="wifi-off" size={14} />
      <span>
        <b>{titleOf(state, isOnline)}</b>
        {describe(state)}
        {state.kind === "waiting" && isOnline && (
          <span aria-hidden="true">
            {` Retry in ${secondsTo(state.retryAt, page.clock.now.value)} s.`}
          </span>
        )}
        {state.kind === "stale" && (
          <span aria-hidden="true">
            {` Last update ${
              sayClock(state.lastHeardAt, page.clock.now.value)
            } ago.`}
          </span>
        )}
      </span>
      {state.kind !== "gone" && (
        <button
          type="button"
          class="button"
          data-kind="ghost"
          onClick={() => link.retryNow()}
        >
          Retry now
        </button>
      )}
    </div>
  );
}

function Outdated({ version }: { version: string }) {
  return (
    <div class="banner" data-kind="news" role="status">
      <Icon name="refresh-cw" size={14} />
      <span>Updated to {version}.</span>
      <button
        type="button"
        class="button"
        data-kind="ghost"
        onClick={() => location.reload()}
      >
        Reload
      </button>
    </div>
  );
}

function titleOf(state: LinkState, isOnline: boolean): string {
  if (!isOnline) return "You are offline.";
  switch (state.kind) {
    case "stale":
      return "No news.";
    case "gone":
      return "Not there.";
    default:
      return "Reconnecting.";
  }
}

function describe(state: LinkState): string {
  switch (state.kind) {
    case "waiting":
      return state.lastHeardAt === null
        ? " The hypivisor does not answer."
        : ` Showing what this browser had at ${saySecond(state.lastHeardAt)}.`;
    case "gone":
      return ` ${state.reason}`;
    default:
      return "";
  }
}

function secondsTo(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}

function versionOf(page: Page): string {
  return page.nodes.server.value?.version ?? "";
}
