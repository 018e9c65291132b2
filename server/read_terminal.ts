/** Reads what viewers of terminals send: control frames, and their query. */

import {
  TERMINAL_SIDE_MAX,
  type TerminalPlace,
  type TerminalSize,
  type TerminalUp,
} from "./protocol/terminal.ts";
import { integer, object, oneOf, parseJson, refuse } from "./read.ts";

const side = integer(1, TERMINAL_SIDE_MAX);

const kind = object({ type: oneOf("ack", "size", "claim") });
const ack = object({ offset: integer(0, Number.MAX_SAFE_INTEGER) });
const size = object({ cols: side, rows: side });

/** @throws {HypivisorError} `bad_request` if it is no control frame. */
export function readTerminalUp(json: string): TerminalUp {
  const frame = parseJson(json);
  const { type } = kind(frame, "frame");
  switch (type) {
    case "ack":
      return { type, ...ack(frame, "frame") };
    case "size":
      return { type, ...size(frame, "frame") };
    case "claim":
      return { type };
  }
}

/** What a query says of a viewer. */
export interface ViewerChoice {
  readonly place?: TerminalPlace;
  readonly size?: TerminalSize;
  readonly readOnly: boolean;
  readonly name: string;
}

/** What is shown of a name, in characters. */
const NAME_MAX = 100;

/**
 * A `TerminalQuery`. A place that cannot be read is none: the viewer gets a
 * screen, as for one that is gone.
 *
 * @throws {HypivisorError} `bad_request` for a size that is none.
 */
export function readTerminalQuery(query: URLSearchParams): ViewerChoice {
  const stream = query.get("stream");
  const offset = Number(query.get("offset") ?? NaN);
  const wanted = readSizeQuery(query);
  return {
    ...(stream && stream.length <= NAME_MAX && Number.isSafeInteger(offset) &&
        offset >= 0
      ? { place: { stream, offset } }
      : {}),
    ...(wanted ? { size: wanted } : {}),
    readOnly: query.get("readonly") === "1",
    // Names are shown to others: one line, no control characters.
    name: (query.get("name") ?? "").replace(/\p{C}+/gu, " ").trim()
      .slice(0, NAME_MAX) || "a program",
  };
}

/**
 * `cols` and `rows`, both or neither.
 *
 * @throws {HypivisorError} `bad_request` if they are no size.
 */
export function readSizeQuery(
  query: URLSearchParams,
): TerminalSize | undefined {
  const [cols, rows] = [query.get("cols"), query.get("rows")];
  if (cols === null && rows === null) return undefined;
  if (cols === null || rows === null) {
    refuse("the query", "cols and rows go together");
  }
  return size({ cols: Number(cols), rows: Number(rows) }, "the query");
}
