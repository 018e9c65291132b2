/** Any row, in the frame all rows share: a name, its actions, its boundary. */

import { Component, type ComponentChildren } from "preact";
import { CopyButton } from "../markdown/copy_button.tsx";
import { Boundary } from "./boundary.tsx";
import type { Scope } from "./disclosure.ts";
import {
  BashView,
  CustomView,
  TextView,
  ThinkingView,
  UserView,
} from "./message_rows.tsx";
import type { Row } from "./rows.ts";
import {
  CaptionView,
  ExploredView,
  NoticeView,
  UnknownView,
  WorkedView,
} from "./summary_rows.tsx";
import { rowText } from "./texts.ts";
import { ToolCard } from "./tool_card.tsx";
import { timeOf } from "./words.ts";

interface RowViewProps {
  row: Row;
  scope: Scope;
}

interface RowViewState {
  /** The actions exist once a pointer or the focus has been here. */
  readonly met: boolean;
}

/** Uses no signals itself; the views inside do. */
export class RowView extends Component<RowViewProps, RowViewState> {
  override state: RowViewState = { met: false };

  readonly #meet = () => {
    if (!this.state.met) this.setState({ met: true });
  };

  override shouldComponentUpdate(
    next: RowViewProps,
    state: RowViewState,
  ): boolean {
    return next.row !== this.props.row || next.scope !== this.props.scope ||
      state.met !== this.state.met;
  }

  override render({ row, scope }: RowViewProps) {
    const what = row.kind === "tool" ? row.name : row.kind;
    return (
      <div
        class="tx-row"
        data-kind={row.kind}
        data-key={row.key}
        role="article"
        aria-label={nameOf(row)}
        tabIndex={-1}
        onPointerEnter={this.#meet}
        onFocusIn={this.#meet}
      >
        <Boundary what={what} raw={row}>{view(row, scope)}</Boundary>
        {this.state.met && hasActions(row) && (
          <Actions row={row} scope={scope} />
        )}
      </div>
    );
  }
}

function view(row: Row, scope: Scope): ComponentChildren {
  switch (row.kind) {
    case "user":
      return <UserView row={row} />;
    case "text":
      return <TextView row={row} scope={scope} />;
    case "thinking":
      return <ThinkingView row={row} scope={scope} />;
    case "tool":
      return <ToolCard row={row} scope={scope} />;
    case "explored":
      return <ExploredView row={row} scope={scope} />;
    case "worked":
      return <WorkedView row={row} scope={scope} />;
    case "new":
      return <p class="tx-new">New</p>;
    case "caption":
      return <CaptionView row={row} scope={scope} />;
    case "notice":
      return <NoticeView row={row} />;
    case "bash":
      return <BashView row={row} scope={scope} />;
    case "custom":
      return <CustomView row={row} />;
    case "unknown":
      return <UnknownView row={row} />;
  }
}

function hasActions(row: Row): boolean {
  return row.kind !== "worked" && row.kind !== "caption" &&
    row.kind !== "new" &&
    !(row.kind === "notice" && row.tone === "cut");
}

/** Out of the flow, so that pointing at a row moves nothing. */
function Actions({ row, scope }: RowViewProps) {
  const { onQuote } = scope;
  const isProse = row.kind === "user" || row.kind === "text" ||
    row.kind === "custom";
  return (
    <div class="tx-actions">
      {isProse && onQuote && (
        <button
          type="button"
          class="tx-action"
          onClick={() => onQuote(rowText(row))}
        >
          Quote
        </button>
      )}
      <CopyButton text={() => rowText(row)} label={`Copy ${nounOf(row)}`} />
    </div>
  );
}

function nounOf(row: Row): string {
  if (row.kind === "tool") return `${row.name} output`;
  return row.kind === "notice" ? "error" : "message";
}

function nameOf(row: Row): string {
  switch (row.kind) {
    case "user":
      return `You, ${timeOf(row.message.timestamp)}`;
    case "text":
      return `Assistant, ${timeOf(row.at)}`;
    case "thinking":
      return "Assistant, thinking";
    case "tool":
      return `Tool, ${row.name}`;
    case "explored":
      return "Tools, explored files";
    case "worked":
      return "Finished work";
    case "new":
      return "New since you left";
    case "caption":
      return row.title;
    case "notice":
      return "Notice";
    case "bash":
      return "Command you ran";
    case "custom":
      return row.message.customType || "Extension";
    case "unknown":
      return row.role;
  }
}
