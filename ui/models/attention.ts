/** What the tab says while nobody looks at it: title, badge, icon. */

import type { NodeRecord } from "../../server/protocol/node.ts";
import { firstLine, nameOf } from "../words.ts";

const APP = "hypivisor";

/** `(2) fix-reconnect · hypivisor` */
export function titleOf(waiting: number, open: string | undefined): string {
  const count = waiting > 0 ? `(${waiting}) ` : "";
  return open ? `${count}${open} · ${APP}` : `${count}${APP}`;
}

/** The icon as a data URL: the sign, with a square on it if somebody waits. */
export function iconOf(waiting: number): string {
  const mark = waiting > 0
    ? `<rect x="18" y="0" width="14" height="14" rx="4" fill="#d3a64a"/>`
    : "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">` +
    `<rect width="32" height="32" rx="8" fill="#b1a4dc"/>` +
    `<path d="M8 12c0-1 1-2 2-2h14M13 10v13M20 10v10c0 2 1 3 3 3" ` +
    `fill="none" stroke="#101014" stroke-width="3" stroke-linecap="round"/>` +
    `${mark}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** One sentence for a screen reader when an agent's state calls for a person. */
export function announce(
  before: NodeRecord | undefined,
  after: NodeRecord,
): string | undefined {
  if (!before || before.state.kind === after.state.kind) return undefined;
  const name = nameOf(after);
  switch (after.state.kind) {
    case "waiting":
      return `${name} asks: ${after.state.question}`;
    case "done":
      return `${name} finished`;
    case "error":
      return `${name} failed: ${firstLine(after.state.message)}`;
    default:
      return undefined;
  }
}
