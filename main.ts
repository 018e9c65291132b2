/** The executable: hands its arguments to a command and exits with its code. */

import { serve } from "./server/cli/serve.ts";

process.exit(await serve(process.argv.slice(2)));
