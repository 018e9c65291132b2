/**
 * The log: one line per event on stderr, and the level it is filtered by.
 *
 * Event names are past tense and stable; numbers carry their unit in the key.
 * Never a token, a prompt, terminal bytes or the environment.
 */

const LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LEVELS)[number];

/** Values are quoted where they hold spaces. Newlines never reach the line. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | undefined>
>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Logs a bug: something thrown that nobody expected, with its stack. */
  failed(event: string, thrown: unknown, fields?: LogFields): void;
}

let threshold = LEVELS.indexOf("info");

export function isLogLevel(text: string): text is LogLevel {
  return (LEVELS as readonly string[]).includes(text);
}

export function setLogLevel(level: LogLevel): void {
  threshold = LEVELS.indexOf(level);
}

/** A logger for one file; `scope` is that file's name. */
export function logger(scope: string): Logger {
  const at = (level: LogLevel) => (event: string, fields: LogFields = {}) => {
    if (LEVELS.indexOf(level) >= threshold) write(level, scope, event, fields);
  };
  const error = at("error");
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error,
    failed(event, thrown, fields = {}) {
      const stack = thrown instanceof Error ? thrown.stack : String(thrown);
      error(event, { ...fields, err: stack ?? String(thrown) });
    },
  };
}

function write(
  level: LogLevel,
  scope: string,
  event: string,
  fields: LogFields,
): void {
  const time = new Date().toISOString().slice(11, 23);
  let line = `${time} ${level.padEnd(5)} ${scope} ${event}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${quoted(value)}`;
  }
  process.stderr.write(line + "\n");
}

function quoted(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return /^[^\s"=\p{C}]+$/u.test(value) ? value : JSON.stringify(value);
}
