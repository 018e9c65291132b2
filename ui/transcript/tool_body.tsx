/** What a tool card shows below its header, by kind of tool. */

import { diffOfEdit } from "./diff.ts";
import { DiffView } from "./diff_view.tsx";
import { Images, imagesOf } from "./images.tsx";
import { Output } from "./output.tsx";
import { type ToolRow, toolState } from "./rows.ts";
import { outputOf } from "./texts.ts";
import { factsOf, isKnown, type ToolArgs } from "./tool_facts.ts";
import { bytes } from "./words.ts";

interface ToolBodyProps {
  row: ToolRow;
  open: boolean;
  onMore: () => void;
}

export function ToolBody({ row, open, onMore }: ToolBodyProps) {
  return (
    <>
      {open && row.name === "bash" && <Command args={row.args} />}
      <Content row={row} open={open} onMore={onMore} />
      {row.result && <Images images={imagesOf(row.result.content)} />}
      {row.cutBytes > 0 && <p class="tx-cut">{bytes(row.cutBytes)} not shown
      </p>}
    </>
  );
}

function Content({ row, open, onMore }: ToolBodyProps) {
  const { preview } = factsOf(row.name);
  const lines = open ? Infinity : preview.lines;
  const isFailed = toolState(row) === "failed";
  if (row.name === "edit" && row.args && !isFailed) {
    const diff = diffOfEdit(row.args, row.result?.details);
    if (diff.length > 0) {
      const label = String(row.args.path ?? "");
      return (
        <DiffView label={label} lines={diff} limit={lines} onMore={onMore} />
      );
    }
  }
  const written = row.args?.content;
  if (row.name === "write" && typeof written === "string" && !isFailed) {
    return <Output text={written} lines={lines} from="start" onMore={onMore} />;
  }
  return (
    <>
      {!isKnown(row.name) && row.args && <Arguments args={row.args} />}
      <Output
        text={outputOf(row)}
        lines={lines}
        from={preview.from}
        onMore={onMore}
      />
    </>
  );
}

/** The whole of a command whose header shows only its first line. */
function Command({ args }: { args: ToolArgs | undefined }) {
  const command = args?.command;
  if (typeof command !== "string") return null;
  if (command.length < 60 && !command.includes("\n")) return null;
  return <pre class="tx-command">{command}</pre>;
}

/** A longer value is shown by its start. */
const MAX_VALUE_CHARS = 400;

function Arguments({ args }: { args: ToolArgs }) {
  const entries = Object.entries(args);
  if (entries.length === 0) return null;
  return (
    <dl class="tx-arguments">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{shorten(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shorten(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  const isLong = text.length > MAX_VALUE_CHARS;
  return isLong ? `${text.slice(0, MAX_VALUE_CHARS)} …` : text;
}
