/** The browser as a link sees it: sockets, time, and signs of waking up. */

import { isSignedIn } from "./session.ts";
import type { LinkPort, Socket } from "./link.ts";

export const browserPort: LinkPort = {
  open(path, protocols) {
    const socket = new WebSocket(socketUrl(path), [...protocols]);
    socket.binaryType = "arraybuffer";
    return socket as Socket;
  },
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  isSignedIn,
  onWake(run) {
    const ifVisible = () => {
      if (document.visibilityState === "visible") run();
    };
    document.addEventListener("visibilitychange", ifVisible);
    globalThis.addEventListener("pageshow", ifVisible);
    globalThis.addEventListener("online", run);
    return () => {
      document.removeEventListener("visibilitychange", ifVisible);
      globalThis.removeEventListener("pageshow", ifVisible);
      globalThis.removeEventListener("online", run);
    };
  },
};

/** The same origin's WebSocket address of `path`. */
function socketUrl(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
