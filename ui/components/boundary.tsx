import { Component, type ComponentChildren } from "preact";

interface BoundaryProps {
  /** What could not be shown, to finish "Could not show". */
  what: string;
  children: ComponentChildren;
}

interface BoundaryState {
  readonly failure: string | undefined;
}

/** Keeps a crash inside one region, says so, and offers to try again. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: undefined };

  static override getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { failure: String(thrown) };
  }

  override render() {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return (
      <div class="boundary" role="alert">
        <p>Could not show {this.props.what}</p>
        <p class="boundary-detail">{failure}</p>
        <button
          type="button"
          class="button"
          onClick={() => this.setState({ failure: undefined })}
        >
          Try again
        </button>
      </div>
    );
  }
}
