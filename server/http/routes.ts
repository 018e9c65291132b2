/**
 * The HTTP side: a function from request to response, built without a socket.
 *
 * Every request has passed the guard when it gets here, except the one that
 * signs in. The only place that knows Hono.
 */

import { type Context, Hono } from "hono";
import { HypivisorError, toWireError } from "../errors.ts";
import { logger } from "../log.ts";
import type { ErrorCode } from "../protocol/error.ts";
import { object, optional, parseJson, text } from "../read.ts";
import { perform } from "../rpc/answer.ts";
import type { Core } from "../rpc/core.ts";
import { API_ROUTES, type ApiRoute } from "./api.ts";
import { type Assets, isPagePath } from "./assets.ts";
import type { BrowserSockets } from "./browser_sockets.ts";
import type { Credentials } from "./credential.ts";
import type { Guard } from "./guard.ts";
import { passToService } from "./mcp_gateway.ts";
import { describeApi } from "./openapi.ts";
import type { SignInCodes } from "./sign_in.ts";

const log = logger("routes");

const STATUS: {
  readonly [C in ErrorCode]: 400 | 401 | 403 | 404 | 409 | 413 | 503 | 500;
} = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unavailable: 503,
  internal: 500,
};

export interface RouteParts {
  readonly core: Core;
  readonly guard: Guard;
  readonly credentials: Credentials;
  readonly codes: SignInCodes;
  readonly sockets: BrowserSockets;
  readonly assets: Assets;
  /** Text in Prometheus' format. */
  readonly renderMetrics: () => Promise<string>;
  /** Holds a refusal back; false if too many are held already. */
  readonly hold: (ms: number) => Promise<boolean>;
}

/** What the server tells a route about a request. */
export interface RouteEnv {
  readonly peer: string;
}

/** Of a body that anybody may send. A token of 4,096 characters fits. */
const SIGN_IN_MAX_BYTES = 32 * 1024;

const signInBody = object({
  code: optional(text({ max: 200 })),
  token: optional(text({ max: 4_096 })),
});

type RouteContext = Context<{ Bindings: RouteEnv }>;

export function makeRoutes(
  parts: RouteParts,
): Hono<{ Bindings: RouteEnv }> {
  const { core, credentials, assets } = parts;
  const app = new Hono<{ Bindings: RouteEnv }>();

  app.onError((thrown, c) => {
    const error = toWireError(thrown);
    if (error.code === "internal") log.failed("route_failed", thrown);
    return c.json({ error }, STATUS[error.code]);
  });

  app.get("/healthz", (c) => c.json({ status: "healthy" }));
  app.get("/metrics", async (c) =>
    c.text(await parts.renderMetrics(), 200, {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
    }));
  app.get("/api/openapi.json", (c) => c.json(describeApi(core.version)));

  app.get("/api/session", (c) => c.json({ signedIn: true }));
  app.post("/api/session", (c) => signIn(c, parts));
  app.delete("/api/session", (c) => {
    const cookie = credentials.cookieOf(c.req.raw.headers);
    if (cookie !== undefined) {
      credentials.revoke(cookie);
      parts.sockets.signOut(cookie);
    }
    c.header("Set-Cookie", credentials.clearCookie(isHttps(c)));
    return c.body(null, 204);
  });
  app.post(
    "/api/session/code",
    (c) => c.json({ code: parts.codes.next(core.now()) }),
  );

  for (const route of API_ROUTES) {
    app.on(
      route.verb.toUpperCase(),
      route.path,
      (c) => callRoute(c, core, route),
    );
  }
  app.all(
    "/mcp/:name",
    (c) => passToService(c.req.raw, core, c.req.param("name")),
  );
  app.all("/api/*", () => {
    throw new HypivisorError("not_found", "Cannot find this in the API");
  });

  app.all("*", (c) => {
    const file = assets.respond(c.req.raw);
    if (file) return file;
    const { pathname } = new URL(c.req.url);
    return isPagePath(pathname) ? assets.page(c.req.raw) : notFound();
  });
  return app;
}

/** As the original says it. */
function notFound(): Response {
  return new Response("Not Found", { status: 404 });
}

async function callRoute(
  c: RouteContext,
  core: Core,
  route: ApiRoute,
): Promise<Response> {
  const body = Object.values(route.params).includes("body")
    ? await readBody(c)
    : {};
  const params: Record<string, unknown> = { ...route.fixed };
  for (const [name, place] of Object.entries(route.params)) {
    if (place === "path") params[name] = c.req.param(name);
    if (place === "query") params[name] = c.req.query(name);
    if (place === "body" && Object.hasOwn(body, name)) {
      params[name] = body[name];
    }
  }
  for (const name of route.numbers ?? []) {
    if (params[name] !== undefined) params[name] = Number(params[name]);
  }
  const result = await perform(route.method, params, {
    core,
    caller: { subscribe() {} },
    given: {},
  });
  return c.json(result as object, route.status ?? 200);
}

/** An absent body is an empty object. */
async function readBody(
  c: RouteContext,
  maxBytes = Infinity,
): Promise<Record<string, unknown>> {
  const body = await readText(c.req.raw, maxBytes);
  if (body === "") return {};
  const value = parseJson(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HypivisorError(
      "bad_request",
      "Cannot read the body: not an object",
    );
  }
  return value as Record<string, unknown>;
}

/** Reads no further than it must to see that it is too much. */
async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new HypivisorError(
        "too_large",
        `Cannot read the body: it has more than ${maxBytes} bytes`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Trades a one-time code, or the token, for a cookie. */
async function signIn(c: RouteContext, parts: RouteParts): Promise<Response> {
  const { credentials, codes, core, guard } = parts;
  const { code, token } = signInBody(
    await readBody(c, SIGN_IN_MAX_BYTES),
    "body",
  );
  const isGood = credentials.isOpen ||
    (code !== undefined && codes.use(code, core.now())) ||
    (token !== undefined && credentials.isToken(token.trim()));
  if (!isGood) {
    const isHeld = await parts.hold(guard.wrongGuess(c.env.peer));
    if (!isHeld) {
      throw new HypivisorError(
        "unavailable",
        "Cannot sign in: too many wrong guesses",
      );
    }
    throw new HypivisorError(
      "unauthorized",
      code === undefined
        ? "Cannot sign in: this is not the token"
        : "Cannot sign in: the link was used or is too old",
    );
  }
  log.info("signed_in", { peer: c.env.peer });
  c.header("Set-Cookie", credentials.makeCookie(core.now(), isHttps(c)));
  return c.json({ signedIn: true });
}

/** A proxy with TLS is seen by the page's own scheme. */
function isHttps(c: RouteContext): boolean {
  return c.req.header("origin")?.startsWith("https:") ?? false;
}
