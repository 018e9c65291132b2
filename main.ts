/** The executable: hands its arguments to a command and exits with its code. */

import { basename } from "node:path";
import { run } from "./server/cli/run.ts";

process.exit(await run(process.argv.slice(2), basename(process.argv0)));
