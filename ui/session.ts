/**
 * The browser's own session with the hypivisor: is it signed in, sign out, and
 * a link that signs another device in. The cookie itself is never seen here.
 */

const SESSION = "/api/session";

/** A server that does not answer in this time is treated as unreachable. */
const ANSWER_WITHIN_MS = 5_000;

/** Undefined if the server could not be asked. */
export async function isSignedIn(): Promise<boolean | undefined> {
  try {
    const { status } = await fetch(SESSION, {
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return status === 401 ? false : status === 200 ? true : undefined;
  } catch {
    // No network, or no server: that says nothing about the session.
    return undefined;
  }
}

/** Ends this browser's session and shows the sign-in page. */
export async function signOut(): Promise<void> {
  await fetch(SESSION, { method: "DELETE" });
  location.assign("/");
}

/** A link that signs one other device in, once, for a few minutes. */
export interface PairingLink {
  readonly url: string;
  /** Absent if the server did not say. */
  readonly expiresAt?: number;
}

/** @throws {Error} if the server refuses or does not answer. */
export async function makePairingLink(): Promise<PairingLink> {
  const reply = await fetch(`${SESSION}/code`, { method: "POST" });
  if (!reply.ok) {
    throw new Error(`Cannot make a link: the server said ${reply.status}`);
  }
  return readPairing(await reply.json(), location.origin);
}

/** Takes a whole link, or makes one of the bare code. */
export function readPairing(body: unknown, origin: string): PairingLink {
  const { url, code, expiresAt } = body as Record<string, unknown>;
  const expiry = typeof expiresAt === "number" ? { expiresAt } : {};
  if (typeof url === "string") return { url, ...expiry };
  if (typeof code === "string") {
    return { url: `${origin}/#code=${encodeURIComponent(code)}`, ...expiry };
  }
  throw new Error("Cannot make a link: the server sent none");
}

/** What this browser is called where its name is shown to others. */
export function browserName(agent = navigator.userAgent): string {
  const browser = BROWSERS.find(([, sign]) => sign.test(agent))?.[0];
  const system = SYSTEMS.find(([, sign]) => sign.test(agent))?.[0];
  return system ? `${browser ?? "Browser"} on ${system}` : browser ?? "Browser";
}

/** In this order: each claims to be those below it as well. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /Edg(?:e|A|iOS)?\//],
  ["Firefox", /Firefox\/|FxiOS\//],
  ["Chromium", /Chrome\/|CriOS\//],
  ["Safari", /Safari\//],
];

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["iPhone", /iPhone|iPod/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["macOS", /Macintosh/],
  ["Linux", /Linux|X11/],
];
