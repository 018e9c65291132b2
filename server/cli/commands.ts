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
import { check } from "./services/check.ts";
import { exportServices } from "./services/export.ts";
import { importServices } from "./services/import.ts";
import { list, status } from "./services/list.ts";
import { service } from "./services/login.ts";
import { logs } from "./services/logs.ts";
import { reload, restart, start } from "./services/start.ts";
import { mcp, tools } from "./services/tools.ts";
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
  list,
  status,
  start,
  restart,
  reload,
  logs,
  check,
  tools,
  exportServices,
  importServices,
  mcp,
  service,
  token,
  doctor,
  shutdown,
  makeCompletions(() => COMMANDS),
  complete,
];
