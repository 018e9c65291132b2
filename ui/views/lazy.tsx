/** A part of the page whose code is fetched when it is first shown. */

import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

interface LazyProps<Props> {
  /** The same function each time: what it loaded is kept by the browser. */
  load: () => Promise<ComponentType<Props>>;
  props: Props;
  /** In its place until it is here. */
  children?: ComponentChildren;
}

type Loaded<Props> =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly Component: ComponentType<Props> }
  | { readonly kind: "failed" };

export function Lazy<Props extends object>(
  { load, props, children }: LazyProps<Props>,
) {
  const [loaded, setLoaded] = useState<Loaded<Props>>({ kind: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    load().then((Component) => {
      if (isWanted) setLoaded({ kind: "ready", Component });
    }).catch(() => {
      if (isWanted) setLoaded({ kind: "failed" });
    });
    return () => {
      isWanted = false;
    };
  }, [load, attempt]);
  switch (loaded.kind) {
    case "ready":
      return <loaded.Component {...props} />;
    case "loading":
      return <>{children}</>;
    case "failed":
      return (
        <div class="boundary" role="alert">
          <p>Could not load this part of the page</p>
          <button
            type="button"
            class="button"
            onClick={() => setAttempt(attempt + 1)}
          >
            Try again
          </button>
        </div>
      );
  }
}
