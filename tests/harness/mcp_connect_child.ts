/** `connectStdio` on the real streams, run by `bun mcp_connect_child.ts URL`. */

import { connectStdio } from "../../server/mcp/connect.ts";

await connectStdio({
  url: process.argv[2]!,
  input: Bun.stdin.stream(),
  output: (line) =>
    new Promise((resolve) =>
      process.stdout.write(`${line}\n`, () => resolve())
    ),
});
process.exit(0);
