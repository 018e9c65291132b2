/**
 * The daemon: builds its parts, joins them, opens and closes them in order.
 *
 * Two parts that affect each other do so here, in one visible line each.
 */

import { join } from "node:path";
import { COMMIT, VERSION } from "./build_info.ts";
import { Children } from "./children/children.ts";
import type { Config } from "./config.ts";
import { Hubs } from "./hub/hubs.ts";
import { loadAssets } from "./http/assets.ts";
import { BrowserSockets } from "./http/browser_sockets.ts";
import { Credentials } from "./http/credential.ts";
import { makeGuard } from "./http/guard.ts";
import { makeRoutes } from "./http/routes.ts";
import { type HttpServer, listen, listenLocally } from "./http/server.ts";
import { SignInCodes } from "./http/sign_in.ts";
import { SlowDown } from "./http/slow_down.ts";
import { Announcer } from "./links/announcer.ts";
import type { Net } from "./links/net.ts";
import { listenToXy } from "./links/xy_socket.ts";
import { relayTargets } from "./links/relay_target.ts";
import { logger } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { daemonSocket, makePrivateDir, xySocket } from "./paths.ts";
import type { NodeId } from "./protocol/node.ts";
import { Registry } from "./registry/registry.ts";
import { SessionWatch } from "./registry/session_watch.ts";
import { gauges } from "./gauges.ts";
import { lockDataDir } from "./store/data_dir.ts";
import { keepHubRecord, keepNode, restoreNodes } from "./store_keeper.ts";
import { noStore, openStore, type Store } from "./store/store.ts";
import { restSoon } from "./rest.ts";
import { pageUrl, readToken, tokenFileFor, uplinkUrl } from "./way_in.ts";

const log = logger("app");

/** Finer than any time to live that can be set. */
const SWEEP_EVERY_MS = 1_000;

/** A page that hears nothing for 15 s says so; one beat may be late. */
const BEAT_EVERY_MS = 10_000;

/** How long a stop waits for sockets to say goodbye. */
const CLOSE_WITHIN_MS = 500;

/** Lets the answer to the call that ends the daemon go out before it does. */
const ANSWER_FIRST_MS = 50;

const CHILD_COUNTERS = {
  opened: "hypivisor_terminals_opened_total",
  spawn_failed: "hypivisor_spawn_failures_total",
} as const;

export interface Daemon {
  readonly port: number;
  /** The page's address, with the code that signs a browser in. */
  readonly signInUrl: string;
  /** Resolves when a client has asked for the end: time to call `close`. */
  readonly asked: Promise<void>;
  /**
   * Ends all sockets, writes what is left, and frees the port.
   *
   * @param leaves Stops the services that are not to be kept.
   */
  close(leaves: boolean): Promise<void>;
  /** Reads the files of services again. */
  reload(): void;
  /** Ends services that are being stopped, without what is left of a grace. */
  hurry(): Promise<void>;
}

/**
 * Starts the daemon. Resolves once it listens.
 *
 * @throws {HypivisorError} `unavailable` if a file cannot be used.
 * @throws {Error} with code `EADDRINUSE` if the port is taken.
 */
export function startDaemon(config: Config): Daemon {
  const now = Date.now;
  makePrivateDir(config.dataDir);
  const token = readToken(config.token);
  const metrics = new Metrics();
  const registry = new Registry(config.nodeTtlMs);
  // Whatever is kept: the sockets in it are one daemon's as well.
  const dataDir = lockDataDir(config);
  const store = config.isStored
    ? openStore(join(dataDir.path, "hypivisor.db"))
    : noStore;
  const tokenFile = tokenFileFor(config.token, dataDir.path);
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const startedAt = now();
  const hasServices = !dataDir.isShared;
  const net = makeNet({
    config,
    hasServices,
    store,
    registry,
    metrics,
    now,
    children: config.hasTerminals
      ? new Children({
        ...config,
        dataDir: dataDir.path,
        servicesDir: hasServices ? config.servicesDir : undefined,
        roster: registry,
        way: () => ({ ws: uplinkUrl(config, port), tokenFile }),
        env: process.env,
        now,
        count: (what) => metrics.count(CHILD_COUNTERS[what]),
      })
      : undefined,
    facts: () => ({
      version: VERSION,
      commit: COMMIT,
      pid: process.pid,
      machine: config.machine,
      url: pageUrl(config, port),
      startedAt,
      dataDir: dataDir.path,
      capabilities: net.capabilities,
      runner: net.children?.runner ?? null,
    }),
    async shutdown(withChildren) {
      if (withChildren) await net.children?.shutdown();
      setTimeout(ask, ANSWER_FIRST_MS);
    },
  });
  restoreNodes(store, registry, net.hubs, now());
  registry.onChange((change) => keepNode(store, registry, net.hubs, change));
  const announcer = new Announcer(net);
  registry.onChange((change) => announcer.tell(change));
  net.children?.onChange((change) => announcer.tellTerminal(change));
  net.children?.onServiceChange((change) => announcer.tellService(change));

  const slowDown = new SlowDown();
  const codes = new SignInCodes();
  const sockets = new BrowserSockets();
  const assets = loadAssets();
  const hold = (ms: number) => slowDown.hold(ms);
  const credentials = new Credentials(token);
  const guard = makeGuard({
    credentials,
    rules: config,
    slowDown,
    metrics,
    now,
  });
  const routes = makeRoutes({
    core: net,
    guard,
    credentials,
    codes,
    sockets,
    assets,
    hold,
    renderMetrics: async () => metrics.render(await gauges(net)),
  });
  const parts = { net, guard, credentials, sockets, routes, assets, hold };
  let server: HttpServer;
  try {
    server = listen(parts, config.host, config.port);
  } catch (thrown) {
    dataDir.release();
    throw thrown;
  }
  const local = listenHere(() =>
    listenLocally(parts, daemonSocket(dataDir.path))
  );
  const xy = net.children &&
    listenHere(() => listenToXy(net, xySocket(dataDir.path)));
  const port = server.port ?? config.port;
  const sweep = setInterval(() => {
    registry.sweep(now());
    announcer.stillLost(now());
    net.hubs.trim();
  }, SWEEP_EVERY_MS);
  const beat = setInterval(() => announcer.beat(), BEAT_EVERY_MS);
  if (net.children) {
    net.children.takeOver().catch((thrown) =>
      log.failed("takeover_failed", thrown)
    );
  }
  restSoon();
  log.info("listening", {
    host: config.host,
    port,
    version: VERSION,
    commit: COMMIT,
  });

  return {
    port,
    signInUrl: pageUrl(config, port, token && codes.first(now())),
    asked,
    async close(leaves) {
      clearInterval(sweep);
      clearInterval(beat);
      announcer.close();
      // Agents and pages learn that this is on purpose, and come back at once.
      const stopped = Promise.all([server.stop(), local?.stop()]);
      await Promise.race([stopped, Bun.sleep(CLOSE_WITHIN_MS)]);
      await Promise.all([server.stop(true), local?.stop(true)]);
      xy?.[Symbol.dispose]();
      if (leaves) await net.children?.services.leave();
      net.children?.letGo();
      await store.close();
      dataDir.release();
      log.info("stopped");
    },
    reload: () => void net.children?.services.reloadUnasked(),
    hurry: async () => await net.children?.services.hurry(),
  };
}

interface NetParts {
  readonly config: Config;
  readonly hasServices: boolean;
  readonly store: Store;
  readonly registry: Registry;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly children: Children | undefined;
  readonly facts: Net["facts"];
  readonly shutdown: Net["shutdown"];
}

function makeNet(parts: NetParts): Net {
  const { config, store, registry } = parts;
  const net: Net = {
    ...parts,
    hubs: new Hubs((node, record) => keepHubRecord(store, node, record)),
    version: VERSION,
    machine: config.machine,
    capabilities: [
      ...(config.isStored ? ["store" as const] : []),
      "legacy",
      ...(config.hasTerminals ? ["terminals" as const] : []),
      ...(config.hasTerminals && parts.hasServices
        ? ["services" as const]
        : []),
    ],
    agents: new Map(),
    pipes: new Set(),
    clients: new Set(),
    viewers: new Set(),
    registrants: new Map(),
    sessions: new SessionWatch(),
    relayTargets(node: NodeId) {
      const peer = net.registrants.get(node)?.peer;
      return peer ? relayTargets(peer, registry.get(node).port) : [];
    },
  };
  return net;
}

/** The daemon is of use without it: programs come by the port, with the token. */
function listenHere<T>(listen: () => T): T | undefined {
  try {
    return listen();
  } catch (thrown) {
    log.error("local_socket_unusable", { why: (thrown as Error).message });
    return undefined;
  }
}
