/** What the sign-in page reads from its address and says of a refusal. Pure. */

/** The one-time code of `#code=…`, if the address has one. */
export function codeOf(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("code") || undefined;
}

export function sayRefusal(status: number, wasCode: boolean): string {
  if (status === 429) return "Too many wrong guesses. Wait a little.";
  if (status === 401 || status === 403) {
    return wasCode
      ? "This link was used already or is too old. Sign in with the token."
      : "That is not the token of this hypivisor.";
  }
  return `The hypivisor said ${status}. Try again.`;
}
