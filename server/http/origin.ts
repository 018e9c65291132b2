/**
 * Which names this daemon goes by, and which pages may speak to it.
 *
 * A page of a stranger may point a name of its own at this machine (DNS
 * rebinding) or open a WebSocket from elsewhere: the first shows in `Host`,
 * the second in `Origin`.
 */

import { isIP } from "node:net";
import { hostname } from "node:os";

export interface HostRules {
  /** What the daemon listens on. */
  readonly host: string;
  /** Given by `--allow-host`: names without a port. */
  readonly allowHosts: readonly string[];
  /** Given by `--allow-origin`: scheme, name and port. */
  readonly allowOrigins: readonly string[];
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];

export function isLoopback(host: string): boolean {
  const name = bare(host);
  return LOOPBACK_NAMES.includes(name) || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a `Host` header names this daemon. An address names it if it
 * listens beyond loopback: rebinding needs a name, an address is what it is.
 */
export function isOwnHost(header: string | null, rules: HostRules): boolean {
  const name = nameOf(header);
  if (name === undefined) return false;
  if (isLoopback(name) || name.endsWith(".localhost")) return true;
  const own = [rules.host, hostname(), `${hostname()}.local`];
  if ([...own, ...rules.allowHosts].some((known) => bare(known) === name)) {
    return true;
  }
  return !isLoopback(rules.host) && isIP(name) !== 0;
}

/**
 * Whether a request may come from a page of this `Origin`. None at all is what
 * programs send; a browser always names it on a WebSocket.
 */
export function isOwnOrigin(
  origin: string | null,
  host: string | null,
  rules: HostRules,
): boolean {
  if (origin === null) return true;
  if (rules.allowOrigins.includes(origin.toLowerCase())) return true;
  if (!URL.canParse(origin)) return false; // `null`, from a sandboxed page.
  const url = new URL(origin);
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  // Scheme apart: behind a proxy with TLS the page's is https, ours is not.
  const own = host?.toLowerCase();
  return own === url.host || own === `${url.hostname}:${defaultPort(url)}`;
}

function defaultPort(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

function nameOf(header: string | null): string | undefined {
  const url = `http://${header ?? ""}`;
  if (!header || /[/@?#\\]/.test(header) || !URL.canParse(url)) {
    return undefined;
  }
  return bare(new URL(url).hostname);
}

/** Lower case, without brackets, and without the root's dot. */
function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
