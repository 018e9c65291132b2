/**
 * The environments that children get: the daemon's own, without what was meant
 * for others, with what leads back to this hypivisor.
 */

/** Meant for the daemon alone, for Bun itself, or left over from another pi. */
const FORGOTTEN: readonly RegExp[] = [
  /^BUN_/, // Would change every other Bun, the runner's included.
  /^HYPI_TOKEN$/, // Told by file: an environment can be read by others.
  /^HYPIVISOR_TERMINAL$/, // Marks what belongs to a terminal of some runner.
  /^PI_(SESSION_ID|SESSION_FILE|PROVIDER|MODEL|REASONING_LEVEL)$/,
  /^PI_CODING_AGENT$/,
  /^AI_AGENT$/,
];

/** Where children find this hypivisor. */
export interface Way {
  /** As `HYPIVISOR_WS`. */
  readonly ws: string;
  /** As `HYPI_TOKEN_FILE`; undefined if no token is needed. */
  readonly tokenFile: string | undefined;
}

/** Of a program on a terminal. */
export function terminalEnv(
  env: NodeJS.ProcessEnv,
  { ws, tokenFile }: Way,
): Record<string, string> {
  return {
    ...cleaned(env),
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    HYPIVISOR_WS: ws,
    ...(tokenFile ? { HYPI_TOKEN_FILE: tokenFile } : {}),
  };
}

/** Of a pi that is started here: it tells its status to the terminal. */
export function agentEnv(
  env: NodeJS.ProcessEnv,
  way: Way,
): Record<string, string> {
  return { ...terminalEnv(env, way), PI_PROGRAM_STATUS: "1" };
}

/** What services may inherit of it is chosen by their files. */
export function serviceEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return cleaned(env);
}

/** Of the runner, which passes nothing of it on. */
export function runnerEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const own = cleaned(env);
  for (const name of Object.keys(own)) {
    if (name.startsWith("PI_")) delete own[name];
  }
  return own;
}

function cleaned(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name.includes("\0")) continue;
    if (!FORGOTTEN.some((forgotten) => forgotten.test(name))) {
      kept[name] = value;
    }
  }
  return kept;
}
