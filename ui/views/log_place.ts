/**
 * The line that is read at the top of a log, found again when others come or go
 * around it: a filter, times, wrapping.
 *
 * As exact as lines of one block are equally high.
 */

import type { LogLine } from "../../server/protocol/service.ts";
import { isShown } from "../models/log_lines.ts";
import type { LogBlock } from "../models/service_log.ts";

export interface LinePlace {
  readonly block: number;
  readonly seq: number;
}

/** What is drawn: blocks, each an element, of their lines those that match. */
export interface DrawnLog {
  readonly box: HTMLElement;
  readonly blocks: readonly LogBlock[];
  readonly filter: string;
}

export function placeAtTop(drawn: DrawnLog): LinePlace | undefined {
  const { box, blocks } = drawn;
  const element = elementsOf(box)
    .find((one) => one.offsetTop + one.offsetHeight > box.scrollTop);
  const block = blocks.find(({ id }) => String(id) === element?.dataset.block);
  if (!element || !block) return undefined;
  const lines = linesOf(block, drawn);
  const part = (box.scrollTop - element.offsetTop) / element.offsetHeight;
  const line = lines[Math.max(Math.floor(part * lines.length), 0)];
  return line && { block: block.id, seq: line.seq };
}

/** Where to scroll to; undefined if its block is not there any more. */
export function topOf(
  place: LinePlace,
  drawn: DrawnLog,
): number | undefined {
  const block = drawn.blocks.find(({ id }) => id === place.block);
  const element = elementsOf(drawn.box)
    .find(({ dataset }) => dataset.block === String(place.block));
  if (!element || !block) return undefined;
  const lines = linesOf(block, drawn);
  const index = lines.findIndex(({ seq }) => seq >= place.seq);
  const part = index < 0 ? 1 : index / lines.length;
  return element.offsetTop + part * element.offsetHeight;
}

function elementsOf(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>("[data-block]")];
}

function linesOf({ lines }: LogBlock, { filter }: DrawnLog): LogLine[] {
  return lines.filter((line) => isShown(line, filter));
}
