/** Keeps one row's failure to that row. */

import { Component, type ComponentChildren } from "preact";

interface BoundaryProps {
  /** What could not be shown, in a word: `bash`, `message`. */
  what: string;
  raw: unknown;
  children: ComponentChildren;
}

type BoundaryState = { readonly step: "fine" | "failed" | "raw" };

/** Longer raw content is cut: it is for a bug report, not for reading. */
const MAX_RAW_CHARS = 20_000;

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { step: "fine" };

  static override getDerivedStateFromError(): BoundaryState {
    return { step: "failed" };
  }

  override shouldComponentUpdate(): boolean {
    return true;
  }

  override render() {
    const { what, children } = this.props;
    if (this.state.step === "fine") return children;
    return (
      <div class="tx-broken">
        <span>Could not show this ({what})</span>
        <button
          type="button"
          class="tx-action"
          onClick={() => this.setState({ step: "raw" })}
        >
          Show raw
        </button>
        {this.state.step === "raw" && <pre tabIndex={0}>{this.#rawText()}</pre>}
      </div>
    );
  }

  #rawText(): string {
    try {
      const text = JSON.stringify(this.props.raw, null, 2) ?? "";
      return text.slice(0, MAX_RAW_CHARS);
    } catch {
      // Signals in a live row refer to each other; its text is not lost.
      return "This content cannot be written as JSON";
    }
  }
}
