/** What the doctor finds: one line for each thing that was looked at. */

export interface Finding {
  /** `fail`: it does not work like this. `warn`: it may not. */
  readonly state: "ok" | "warn" | "fail";
  /** What was looked at: one or two words. */
  readonly what: string;
  readonly found: string;
  /** What a person can do. */
  readonly todo?: string;
}

export function ok(what: string, found: string): Finding {
  return { state: "ok", what, found };
}

export function bad(
  state: "warn" | "fail",
  what: string,
  found: string,
  todo: string,
): Finding {
  return { state, what, found, todo };
}
