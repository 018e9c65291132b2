/**
 * Finds the credential in a request and tells whether it is good.
 *
 * A cookie (the page), `Authorization: Bearer` (programs), or `?token=` (the
 * original's clients). Answers at once and without waiting for anything, since
 * a WebSocket upgrade has to be decided on the spot.
 */

import { createHmac, randomBytes } from "node:crypto";
import { sameSecret } from "../token.ts";

/** A browser stays signed in for so long after its last sign-in. */
const COOKIE_LASTS_S = 30 * 24 * 60 * 60;

/** Signed-out cookies remembered until the daemon ends; then the oldest counts again. */
const REVOKED_MAX = 10_000;

/** Why a request is not let in. */
export type Outcome = "good" | "missing" | "wrong";

export class Credentials {
  readonly #token: string | undefined;
  readonly #cookieName: string;
  readonly #revoked = new Set<string>();

  /**
   * @param token Undefined lets everybody in (`--no-auth`).
   */
  constructor(token: string | undefined) {
    this.#token = token;
    // Browsers do not keep ports apart: daemons with other tokens, other names.
    this.#cookieName = `hypivisor_${this.#sign("name").slice(0, 8)}`;
  }

  get isOpen(): boolean {
    return this.#token === undefined;
  }

  check(headers: Headers, url: string, nowMs: number): Outcome {
    if (this.#token === undefined) return "good";
    const cookie = this.cookieOf(headers);
    if (cookie !== undefined && this.#isGoodCookie(cookie, nowMs)) {
      return "good";
    }
    const guesses = [
      ...bearerGuesses(headers.get("authorization")),
      ...queryGuesses(url),
    ];
    if (guesses.some((guess) => this.isToken(guess))) return "good";
    return guesses.length > 0 ? "wrong" : "missing";
  }

  isToken(guess: string): boolean {
    return this.#token !== undefined && sameSecret(guess, this.#token);
  }

  /** The value of `Set-Cookie` that signs a browser in. */
  makeCookie(nowMs: number, isHttps: boolean): string {
    const expires = Math.floor(nowMs / 1_000) + COOKIE_LASTS_S;
    const body = `${expires}.${randomBytes(12).toString("base64url")}`;
    return this.#setCookie(
      `${body}.${this.#sign(body)}`,
      COOKIE_LASTS_S,
      isHttps,
    );
  }

  /** From now on this cookie is worth nothing, wherever it was copied to. */
  revoke(cookie: string): void {
    this.#revoked.add(cookie);
    if (this.#revoked.size <= REVOKED_MAX) return;
    const [oldest] = this.#revoked;
    if (oldest !== undefined) this.#revoked.delete(oldest);
  }

  /** The value of `Set-Cookie` that signs a browser out. */
  clearCookie(isHttps: boolean): string {
    return this.#setCookie("", 0, isHttps);
  }

  #setCookie(value: string, maxAgeS: number, isHttps: boolean): string {
    return `${this.#cookieName}=${value}; Path=/; Max-Age=${maxAgeS}; ` +
      `HttpOnly; SameSite=Strict${isHttps ? "; Secure" : ""}`;
  }

  /** The cookie of a browser that signed in here, good or not. */
  cookieOf(headers: Headers): string | undefined {
    const start = `${this.#cookieName}=`;
    return headers.get("cookie")?.split(";").map((part) => part.trim())
      .find((part) => part.startsWith(start))?.slice(start.length);
  }

  #isGoodCookie(cookie: string, nowMs: number): boolean {
    if (this.#revoked.has(cookie)) return false;
    const [expires = "", nonce = "", signature = ""] = cookie.split(".");
    const isSigned = sameSecret(signature, this.#sign(`${expires}.${nonce}`));
    return isSigned && Number(expires) * 1_000 > nowMs;
  }

  /** A new token makes all cookies worthless, which is how one ends them. */
  #sign(body: string): string {
    return createHmac("sha256", this.#token ?? "").update(`cookie ${body}`)
      .digest("base64url");
  }
}

/** What a client may have meant by its header: as it is, as UTF-8, escaped. */
function bearerGuesses(header: string | null): string[] {
  const value = /^Bearer +(.+)$/i.exec(header ?? "")?.[1]?.trim();
  if (!value) return [];
  const utf8 = Buffer.from(value, "latin1").toString("utf8");
  return [...new Set([value, utf8, percentDecoded(value)])];
}

/**
 * What a client may have meant by `?token=` (the first one counts): `+` as a
 * plus, as the original reads it, or as a space, as forms write it.
 */
function queryGuesses(url: string): string[] {
  const query = url.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "";
  const field = query.split("&").find((part) => part.startsWith("token="));
  const value = field?.slice("token=".length);
  if (!value) return [];
  return [
    ...new Set([
      percentDecoded(value),
      percentDecoded(value.replaceAll("+", " ")),
      value,
    ]),
  ];
}

/** Decodes what is well escaped and leaves the rest as it is. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run; // Not UTF-8: then it was meant as it stands.
    }
  });
}
