/**
 * The command table, in the order in which help shows it. Help, completions
 * and README's list are made from it.
 */

import { attach } from "./attach/attach.ts";
import type { Command } from "./command.ts";
import { complete } from "./complete.ts";
import { makeCompletions } from "./completions/completions.ts";
import { doctor } from "./doctor/doctor.ts";
import { ls } from "./ls.ts";
import { open } from "./open.ts";
import { rename } from "./rename.ts";
import { send } from "./send.ts";
import { serve } from "./serve.ts";
import { shutdown } from "./shutdown.ts";
import { resume, spawn } from "./spawn.ts";
import { stop } from "./stop.ts";
import { tail } from "./tail.ts";
import { shell, terminals } from "./terminals.ts";
import { token } from "./token.ts";

export const COMMANDS: readonly Command[] = [
  serve,
  open,
  ls,
  spawn,
  resume,
  send,
  tail,
  attach,
  stop,
  rename,
  shell,
  terminals,
  token,
  doctor,
  shutdown,
  makeCompletions(() => COMMANDS),
  complete,
];
