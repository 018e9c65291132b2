import { expect, test } from "bun:test";
import type { ServiceConfig } from "./config.ts";
import { FAULTS_MAX } from "./faults.ts";
import { readConfig } from "./read_config.ts";

const FILE = "/etc/x.kdl";

function good(text: string, name = "x"): ServiceConfig {
  const read = readConfig({ name, file: FILE, text }, "/home/ada");
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.config;
}

/** Faults as `line:column message`. */
function faults(text: string, name = "x"): string[] {
  const read = readConfig({ name, file: FILE, text }, "/home/ada");
  if (read.ok) throw new Error("Read it without a fault");
  return read.faults.map(({ line, column, message }) =>
    `${line}:${column} ${message}`
  );
}

test("readConfig() fills in the original's defaults", () => {
  const { process, rules } = good('command "serve"\nport 8421');
  expect(process).toEqual({
    command: ["serve"],
    workingDir: "/home/ada",
    env: {},
    envInherit: [],
    envFiles: [],
    secrets: {},
    transport: "http",
    port: 8421,
  });
  expect(rules.restart).toEqual({
    policy: "on-failure",
    backoffInitialMs: 1_000,
    backoffMaxMs: 30_000,
    maxRetriesPerMinute: 5,
    stableAfterMs: 10_000,
    retryFailedAfterMs: 0,
    successExitCodes: [0],
  });
  expect(rules.stop).toEqual({ signal: "SIGTERM", graceMs: 10_000 });
  expect(rules.log).toEqual({
    maxBytes: 10_485_760,
    keep: 5,
    timestamps: false,
  });
  expect(rules.ready).toEqual({
    probe: { kind: "tcp" },
    timeoutMs: 30_000,
    isDemanded: false,
  });
  expect(rules.autostart).toBe(true);
  expect(rules.onDaemonExit).toBe("kill");
  expect(rules.health).toBeUndefined();
});

test("readConfig() reads every key there is", () => {
  const { process, rules } = good(`
    command "npx" "-y"; args "server" "--port" "{port}"
    transport "http"; port 0; path "/rpc"
    working-dir "~/work"
    env { LOG "info" }
    env-inherit "SSH_AUTH_SOCK" "AWS_*"
    env-file ".env"
    secrets { A "keychain:a"; B "env:B"; C "file:~/c"; D "cmd:pass d" }
    autostart #false; start "lazy"; idle-stop "10m"; after "db" "db" "cache"
    restart {
      policy "always"; backoff-initial "10ms"; backoff-max "50ms"
      max-retries-per-minute 0; stable-after "1s"; retry-failed-after "5m"
      success-exit-codes 143
    }
    ready { probe "log" "listening"; timeout "5s" }
    health { probe "http" "/health"; interval "1s"; timeout "2s"; failures 2; action "restart" }
    stop { signal "INT"; grace "3s" }
    on-daemon-exit "keep"
    log { max-size "1MiB"; keep 0; timestamps #true }
    limits { memory "1GiB"; processes 100 }
  `);
  expect(process).toEqual({
    command: ["npx", "-y", "server", "--port", "{port}"],
    workingDir: "/home/ada/work",
    env: { LOG: "info" },
    envInherit: ["SSH_AUTH_SOCK", "AWS_*"],
    envFiles: ["/home/ada/work/.env"],
    secrets: {
      A: { kind: "keychain", name: "a" },
      B: { kind: "env", name: "B" },
      C: { kind: "file", path: "/home/ada/c" },
      D: { kind: "cmd", command: "pass d" },
    },
    transport: "http",
    port: 0,
    path: "/rpc",
    limits: { memoryBytes: 2 ** 30, processes: 100 },
  });
  expect(rules).toMatchObject({
    autostart: false,
    start: "lazy",
    idleStopMs: 600_000,
    after: ["db", "cache"],
    restart: {
      policy: "always",
      backoffInitialMs: 10,
      backoffMaxMs: 50,
      maxRetriesPerMinute: 0,
      stableAfterMs: 1_000,
      retryFailedAfterMs: 300_000,
      successExitCodes: [0, 143],
    },
    ready: {
      probe: { kind: "log", text: "listening" },
      timeoutMs: 5_000,
      isDemanded: true,
    },
    health: {
      probe: { kind: "http", path: "/health" },
      intervalMs: 1_000,
      timeoutMs: 2_000,
      failures: 2,
      action: "restart",
    },
    stop: { signal: "SIGINT", graceMs: 3_000 },
    onDaemonExit: "keep",
    log: { maxBytes: 1_048_576, keep: 0, timestamps: true },
  });
});

test("readConfig() says the original's texts, each with its place (1.3, 9.6.15)", () => {
  const wrong: [string, string[]][] = [
    ["port 80", ["1:1 missing required field `command` in /etc/x.kdl"]],
    ["command", [
      "1:1 invalid value for `command` in /etc/x.kdl: expected string argument",
    ]],
    ["command 5", [
      "1:9 invalid value for `command` in /etc/x.kdl: expected string argument",
    ]],
    ['command "a"\nport "x"', [
      "2:6 invalid value for `port` in /etc/x.kdl: expected integer",
    ]],
    ['command "a"\nport 84.21', [
      "2:6 invalid value for `port` in /etc/x.kdl: expected integer",
    ]],
    ['command "a"\nport 65536', [
      "2:6 invalid value for `port` in /etc/x.kdl: port 65536 out of u16 range",
    ]],
    ['command "a"\nport -1', [
      "2:6 invalid value for `port` in /etc/x.kdl: port -1 out of u16 range",
    ]],
    ['command "a"\nport 99999999999999999999', [
      "2:6 invalid value for `port` in /etc/x.kdl: port 99999999999999999999 out of u16 range",
    ]],
    ['command "a"\nrestart { policy "maybe" }', [
      "2:18 invalid value for `restart.policy` in /etc/x.kdl: unknown policy `maybe`",
    ]],
    ['command "a"\nrestart { policy 5 }', [
      "2:18 invalid value for `restart.policy` in /etc/x.kdl: expected string",
    ]],
    ['command "a"\nrestart { speed "x" }', [
      "2:11 invalid value for `restart` in /etc/x.kdl: unknown key `speed`",
    ]],
    ['command "a"\nrestart { max-retries-per-minute 4294967296 }', [
      "2:34 invalid value for `restart.max-retries-per-minute` in /etc/x.kdl: out of u32 range: 4294967296",
    ]],
    ['command "a"\nrestart { max-retries-per-minute -1 }', [
      "2:34 invalid value for `restart.max-retries-per-minute` in /etc/x.kdl: out of u32 range: -1",
    ]],
    ['command "a"\nrestart { max-retries-per-minute "5" }', [
      "2:34 invalid value for `restart.max-retries-per-minute` in /etc/x.kdl: expected integer",
    ]],
    ['command "a"\nrestart { backoff-initial "x" }', [
      "2:27 invalid value for `restart.backoff-initial` in /etc/x.kdl: invalid duration `x`: expected number at 0",
    ]],
    ['command "a"\nrestart { backoff-max 5 }', [
      "2:23 invalid value for `restart.backoff-max` in /etc/x.kdl: expected string",
    ]],
    ['command "a"\nstop { grace 5 }', [
      "2:14 invalid value for `stop.grace` in /etc/x.kdl: expected string",
    ]],
    ['command "a"\nrestart { backoff-initial 5 }', [
      "2:27 invalid value for `restart.backoff-initial` in /etc/x.kdl: expected string",
    ]],
    ['command "a"\nrestart { backoff-max "5" }', [
      "2:23 invalid value for `restart.backoff-max` in /etc/x.kdl: invalid duration `5`: time unit needed, for example 5sec or 5ms",
    ]],
    ['command "a"\nstop { speed "x" }', [
      "2:8 invalid value for `stop` in /etc/x.kdl: unknown key `speed`",
    ]],
    ['command "a"\nstop { grace "1x" }', [
      '2:14 invalid value for `stop.grace` in /etc/x.kdl: invalid duration `1x`: unknown time unit "x", supported units: ns, us, ms, sec, min, hours, days, weeks, months, years (and few variations)',
    ]],
    ['command "a', [
      "1:11 failed to parse KDL in /etc/x.kdl: Unexpected EOF inside string",
    ]],
  ];
  for (const [text, expected] of wrong) expect(faults(text)).toEqual(expected);
  expect(faults('command "a"', "My.Server")).toEqual([
    "1:1 server name `My.Server` contains invalid characters (allowed: a-z, 0-9, '-', '_')",
  ]);
});

test("readConfig() tells all faults at once, in their order (B46)", () => {
  const found = faults(`port 70000
comand "a"
stop { grace 5 }
env { A 5 }`);
  expect(found.map((one) => one.split(" ")[0])).toEqual([
    "1:1", // The command that is missing.
    "1:6",
    "2:1",
    "3:14",
    "4:9",
  ]);
});

test("readConfig() drops nothing silently (B47)", () => {
  const surplus: [string, string][] = [
    ['command path="x"', "surplus property `path`"],
    ['command "a" { b }', "surplus block"],
    ['command "a"; args "b" 5', "expected string"],
    ['command "a"; args #null', "expected string"],
    ['command "a"; env { A "x" "y" }', 'surplus argument `"y"`'],
    ['command "a"; env A="x"', "surplus property `A`"],
    ['command "a"; env { A 5 }', "expected string"],
    ['command "a"; env { A "x"; A "y" }', "`A` is given twice"],
    ['command "a"; env { "A=B" "x" }', "cannot be the name of a variable"],
    ['command "a"; port 80 81', "surplus argument `81`"],
    ['command "a"; port (u16)80', "surplus type annotation"],
    ['command "a"; port 80; port 81', "given twice, first in line 1"],
    ['command "a"; working-dir 5', "expected string"],
    ['command "a"; restart "always"', "surplus argument"],
    ['command "a"; restart', "expected a block"],
    ['command "a"; unknown "x"', "unknown key `unknown`"],
    ['command "a"; constructor "x"', "unknown key `constructor`"],
    ['command "a"; stop { grace "1s"; grace "2s" }', "given twice"],
    ['command ""', "expected string argument"],
  ];
  for (const [text, message] of surplus) {
    expect(faults(text).join()).toContain(message);
  }
  expect(
    faults(
      'command "a"\nrestart { policy "always" backoff-initial "10ms" }',
    )[0],
  ).toContain("2:27");
});

test("readConfig() refuses settings that contradict each other (B20)", () => {
  const contradictions: [string, string][] = [
    [
      'restart { backoff-initial "2s"; backoff-max "1s" }',
      "longer than `backoff-max`",
    ],
    ['idle-stop "1m"', 'needs `start "lazy"`'],
    ['ready { probe "tcp" }', "`tcp` needs a `port`"],
    ['ready { timeout "0s" }', "shorter than 1ms"],
    [
      'transport "stdio"; ready { probe "tcp" }',
      "cannot be asked over `stdio`",
    ],
    ['health { interval "1s" }', "expected a `probe`"],
    ['port 80; health { probe "fd" }', "`fd` tells only once"],
    ['ready { probe "http" "health" }', "a path that begins with /"],
    ['ready { probe "tcp" "x" }', "surplus argument"],
    ['stop { signal "SIGSTOP" }', "unknown signal `SIGSTOP`"],
    ['working-dir "~bob/x"', "another user's `~` is not known"],
    ['secrets { A "keychain:a" }; env { A "b" }', "`A` is in `env` too"],
  ];
  for (const [text, message] of contradictions) {
    expect(faults(`command "a"; ${text}`).join()).toContain(message);
  }
});

test("readConfig() never quotes what may be a secret", () => {
  const found = faults('command "a"; secrets { A "hunter2" }').join();
  expect(found).toContain("expected keychain:, env:, file: or cmd:");
  expect(found).not.toContain("hunter2");
});

test("readConfig() tells KDL 1 from a mistake", () => {
  for (const text of ["autostart true", 'args r#"a"#', "args null"]) {
    const found = faults(`command "a"\n${text}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("2:");
    expect(found[0]).toContain("this is KDL 1: write #true");
  }
  expect(faults("command {").join()).not.toContain("KDL 1");
});

test("readConfig() counts lines and columns from 1", () => {
  for (const fault of faults('command "a"\nr#null')) {
    expect(fault).toMatch(/^[1-9]\d*:[1-9]/);
  }
});

test("readConfig() bounds what a hostile file can make of it", () => {
  expect(faults("a{".repeat(60_000))[0]).toContain("nested too deeply");
  expect(faults('command "a\0b"')[0]).toContain("1:11 failed to parse");
  expect(faults('command "a\\u{0}b"')[0]).toContain("must not hold a NUL");
  expect(faults("x\n".repeat(9_000))).toHaveLength(FAULTS_MAX + 1);
  expect(faults(`${"x".repeat(9_000)} 1`)[0]?.length).toBeLessThan(600);
});
