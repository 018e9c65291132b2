/** Serves the page of `page.tsx` on a free port, with the policy of the daemon. */

import { join } from "node:path";

const HERE = import.meta.dir;

/** As strict as the real page, so that a breach would show. */
const POLICY = "default-src 'none'; script-src 'self'; " +
  "style-src 'self'; img-src data:; connect-src 'self'";

export interface PageServer extends Disposable {
  readonly url: string;
  readonly scriptBytes: number;
}

export async function servePage(): Promise<PageServer> {
  const build = await Bun.build({
    entrypoints: [join(HERE, "page.tsx")],
    minify: true,
    target: "browser",
  });
  const script = await build.outputs[0]!.text();
  const theme = await Bun.file(join(HERE, "theme.css")).text();
  const files: Record<string, [string, string]> = {
    "/": ["text/html", await Bun.file(join(HERE, "index.html")).text()],
    "/page.js": ["text/javascript", script],
    "/theme.css": ["text/css", await style("tokens.css") + theme],
    "/transcript.css": [
      "text/css",
      await style("transcript.css"),
    ],
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const file = files[new URL(request.url).pathname];
      if (!file) return new Response("Not found", { status: 404 });
      const [type, text] = file;
      return new Response(text, {
        headers: {
          "content-type": `${type}; charset=utf-8`,
          "content-security-policy": POLICY,
        },
      });
    },
  });
  return {
    url: String(server.url),
    scriptBytes: Bun.gzipSync(script).length,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** A style sheet of the real page. */
function style(name: string): Promise<string> {
  return Bun.file(join(HERE, "../../ui/style", name)).text();
}
