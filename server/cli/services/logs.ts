/** `hypivisor logs`: what services have printed, and print. */

import { HypivisorError } from "../../errors.ts";
import { integer, isRecord, object, optional, text } from "../../read.ts";
import { type Arguments, type Command, UsageError } from "../command.ts";
import { connect } from "../connect.ts";
import { UnreachableError } from "../connection.ts";
import { EXIT, print, printJson, warn } from "../output.ts";
import { isXy } from "../program.ts";
import { type Colour, painter, plainLines } from "../style.ts";
import { JSON_OPTION, TARGET_OPTIONS } from "../target.ts";

const LINES_MAX = 999_999_999;

const TAGS: Readonly<Record<string, string>> = {
  stdout: "[out]",
  stderr: "[err]",
  mark: "[---]",
};

/** Told apart by these, in turn. */
const NAME_COLOURS: readonly Colour[] = [
  "cyan",
  "green",
  "yellow",
  "blue",
  "red",
];

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export const logs: Command = {
  name: "logs",
  usage: "NAME…",
  summary: "Show what services print; -f goes on",
  about: `Of several at once each line has the service's name in front.`,
  group: "services",
  isOfServices: true,
  options: [
    {
      kind: "flag",
      name: "follow",
      short: "f",
      summary: "Go on as it happens, until Ctrl-C",
    },
    {
      kind: "value",
      name: "tail",
      short: "n",
      value: "N",
      summary: "So many of the last lines; without it all in memory",
    },
    {
      kind: "value",
      name: "since",
      value: "TIME",
      summary: "Lines since then: 90s, 5m, 2h, 1d, or a date and time",
    },
    JSON_OPTION,
    ...TARGET_OPTIONS,
  ],
  positionals: { min: 1, max: Infinity, completion: ["service"] },
  async run(args) {
    const query = queryOf(args, Date.now());
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    const printer = printerOf(args);
    let open = args.words.length;
    // What is thrown here is nobody's: it is handed on.
    const onFrame = (frame: unknown) => {
      try {
        const push = readPush(frame);
        if (push?.method === "log") printer.line(push.params);
        if (push?.method === "log_gap") printer.gap(push.params);
        if (push?.method !== "log_end") return;
        const { error } = push.params;
        if (error) reject(new HypivisorError("unavailable", error));
        if (--open === 0) resolve();
      } catch (thrown) {
        reject(thrown);
      }
    };
    using reached = await connect(args, { onFrame });
    ended.catch(() => {}); // It may be told before it is waited for.
    for (const name of args.words) {
      await reached.rpc.ask("logs", { name, ...query });
    }
    const lost = reached.rpc.closed.then(() => {
      throw new UnreachableError("Lost the hypivisor");
    });
    await Promise.race([ended, lost]);
    return EXIT.ok;
  },
};

function queryOf(args: Arguments, now: number): Record<string, unknown> {
  const tail = args.whole("tail", 0, LINES_MAX);
  const since = args.value("since");
  return {
    follow: args.flag("follow"),
    marks: !isXy(),
    ...(tail === undefined ? {} : { tail }),
    ...(since === undefined ? {} : { since_ms: timeOf(since, now) }),
  };
}

/** @throws {UsageError} if it is neither an age nor a time. */
function timeOf(given: string, now: number): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(given) ?? [];
  if (count !== undefined) {
    return Math.max(0, now - Number(count) * (UNIT_MS[unit] ?? 0));
  }
  const time = Date.parse(given);
  if (time >= 0) return time;
  throw new UsageError(
    `Cannot use --since "${given}": it must be an age such as 5m, or a time such as 2026-11-25T10:00`,
  );
}

interface Printer {
  line(params: LogParams): void;
  gap(params: { readonly name?: string; readonly missed?: number }): void;
}

function printerOf(args: Arguments): Printer {
  const names = args.words;
  const paint = painter(process.stdout);
  const isTerminal = process.stdout.isTTY === true;
  const width = Math.max(...names.map((name) => name.length));
  const front = (name: string) => {
    if (names.length < 2) return "";
    const at = names.indexOf(name) % NAME_COLOURS.length;
    return `${paint(name.padEnd(width), NAME_COLOURS[at] ?? "cyan")} `;
  };
  return {
    line(params) {
      const { name, stream, line } = params;
      if (args.flag("json")) return void printJson(params);
      // A pipe gets what the service has printed; a terminal is not to obey it.
      const said = isTerminal ? plainLines(line) : line;
      const tag = TAGS[stream] ?? "[out]";
      const whole = `${tag} ${said}`;
      print(
        `${front(name)}${stream === "mark" ? paint(whole, "dim") : whole}\n`,
      );
    },
    gap({ name = "", missed = 0 }) {
      warn(`${front(name)}${missed} lines are left out here`);
    },
  };
}

const readLog = object({
  name: text(),
  stream: text({ max: 20 }),
  line: text(),
  ts_unix_ms: optional(integer(0, Number.MAX_SAFE_INTEGER)),
});

type LogParams = ReturnType<typeof readLog>;

const readGap = object({
  name: text(),
  missed: integer(0, Number.MAX_SAFE_INTEGER),
});

const readEnd = object({ error: optional(text()) });

function readPush(frame: unknown) {
  if (!isRecord(frame)) return undefined;
  const { method, params } = frame;
  if (method === "log") {
    return { method, params: readLog(params, "log") } as const;
  }
  if (method === "log_gap") {
    return { method, params: readGap(params, "log_gap") } as const;
  }
  if (method === "log_end") {
    return { method, params: readEnd(params, "log_end") } as const;
  }
  return undefined;
}
