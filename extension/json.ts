/** JSON of whatever other extensions may have put into an event. */

/** Undefined for what cannot be told: it refers to itself, or throws. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return withoutBigints(value);
  }
}

function withoutBigints(value: unknown): string | undefined {
  try {
    return JSON.stringify(
      value,
      (_key, field) => typeof field === "bigint" ? String(field) : field,
    );
  } catch {
    return undefined;
  }
}
