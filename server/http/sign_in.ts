/**
 * One-time codes: what the printed URL carries in its fragment, and a page
 * trades for a cookie. Good once, and for a while.
 */

import { randomBytes } from "node:crypto";
import { sameSecret } from "../token.ts";

/** The first code is on the screen of who started the daemon: a day. */
const FIRST_CODE_LASTS_MS = 24 * 60 * 60 * 1_000;

/** One made for another device is used at once. */
const CODE_LASTS_MS = 10 * 60 * 1_000;

/** Codes that wait at once; the oldest makes way. */
const CODES_MAX = 10;

export class SignInCodes {
  #codes: { readonly code: string; readonly expires: number }[] = [];

  /** The code for the URL that is printed at the start. */
  first(nowMs: number): string {
    return this.#make(nowMs + FIRST_CODE_LASTS_MS);
  }

  /** A code for another device of someone who is signed in. */
  next(nowMs: number): string {
    return this.#make(nowMs + CODE_LASTS_MS);
  }

  /** True once for a good code. */
  use(guess: string, nowMs: number): boolean {
    const live = this.#codes.filter(({ expires }) => expires > nowMs);
    const match = live.find(({ code }) => sameSecret(guess, code));
    this.#codes = live.filter((code) => code !== match);
    return match !== undefined;
  }

  #make(expires: number): string {
    const code = randomBytes(16).toString("base64url");
    this.#codes = [...this.#codes, { code, expires }].slice(-CODES_MAX);
    return code;
  }
}
