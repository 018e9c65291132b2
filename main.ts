/** The executable: hands its arguments to a command and exits with its code. */

import { runRunner } from "./server/cli/runner.ts";
import { serve } from "./server/cli/serve.ts";

const [command, ...args] = process.argv.slice(2);

process.exit(
  command === "runner"
    ? await runRunner(args)
    : await serve(process.argv.slice(2)),
);
