/** `/term`: a fresh shell per socket, as clients of xterm-backend expect it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Hypivisor } from "./harness/hypivisor.ts";
import { handshake, OPCODE, RawSocket } from "./harness/raw_socket.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

const PROMPT = "hv> ";

/** Login shells read the profile of the home, which sets a prompt we know. */
async function start(args: readonly string[] = []): Promise<Hypivisor> {
  const hypivisor = await Hypivisor.start({ args, inOwnHome: true });
  await Bun.write(join(hypivisor.dataDir, ".profile"), `PS1='${PROMPT}'\n`);
  return hypivisor;
}

class Term extends TestSocket {
  static async at(hypivisor: Hypivisor, query = ""): Promise<Term> {
    const term = new Term(hypivisor.socketUrl(`/term${query}`));
    await until(() => term.isOpen || term.closed !== undefined);
    assert(term.isOpen, JSON.stringify(term.closed));
    return term;
  }

  get text(): string {
    return Buffer.concat(this.binary).toString();
  }

  async sees(what: string, withinMs = 5_000): Promise<void> {
    await until(() => this.text.includes(what), {
      withinMs,
      seen: () => [this.text.slice(-500), this.closed],
    });
  }
}

/** Terminals that run, as the daemon tells. */
async function running(hypivisor: Hypivisor): Promise<number> {
  const { terminals } = await (await hypivisor.fetch("/api/terminals")).json();
  return terminals.filter((one: { state: { kind: string } }) =>
    one.state.kind === "running"
  ).length;
}

async function noneRuns(hypivisor: Hypivisor): Promise<void> {
  await until(async () => await running(hypivisor) === 0, { withinMs: 5_000 });
}

test("the prompt comes by itself, as raw bytes and nothing before it", async () => {
  await using hypivisor = await start();
  await using term = await Term.at(hypivisor, "?cols=91&rows=17");
  await until(() => term.text.length > 0, { withinMs: 2_000 });
  assertMatch(term.text, /^hv> /);
  assertEquals(term.frames, []);

  term.raw.send(Buffer.from("stty size\r"));
  await term.sees("17 91");
  term.send("echo text-$((40+2))\r"); // Text frames are typed as well.
  await term.sees("text-42");
  assertEquals(term.frames, []);
});

test("0x03 interrupts the foreground program, not the shell", async () => {
  await using hypivisor = await start();
  await using term = await Term.at(hypivisor);
  await term.sees(PROMPT);
  const began = performance.now();
  term.send("sleep 30; echo after-$?\r");
  await term.sees("sleep 30");
  // The echo comes before the shell has started it.
  await until(async () => {
    term.raw.send(Buffer.from([3]));
    await Bun.sleep(50);
    return term.text.split(PROMPT).length > 2;
  });
  assert(performance.now() - began < 5_000);
  term.send("echo still-$((1+1))\r");
  await term.sees("still-2");
});

test(
  "the shell's end closes the socket with its code, or its signal",
  async () => {
    await using hypivisor = await start();
    const ends: [string, RegExp][] = [
      ["exit 0\r", /^exit code 0$/],
      ["exit 7\r", /^exit code 7$/],
      ["kill -KILL $$\r", /^ended by SIGKILL$/],
      ["seq 1 20000; echo last-$((1+1)); exit 3\r", /^exit code 3$/],
    ];
    for (const [line, reason] of ends) {
      await using term = await Term.at(hypivisor);
      await term.sees(PROMPT);
      term.send(line);
      const closed = await term.whenClosed();
      assertEquals(closed.code, 1000, line);
      assertMatch(closed.reason, reason);
      if (line.startsWith("seq")) assert(term.text.includes("last-2"));
    }
    await noneRuns(hypivisor);
    const { terminals } = await (await hypivisor.fetch("/api/terminals"))
      .json();
    assertEquals(terminals, []);
  },
  20_000,
);

test(
  "the socket's end ends the shell and its group, however it ends",
  async () => {
    await using hypivisor = await start();
    const ends: ((term: Term) => void)[] = [
      (term) => term.raw.close(),
      (term) => term.raw.close(4000, "bye"),
      (term) => (term.raw as unknown as Bun.WebSocket).terminate(),
    ];
    for (const end of ends) {
      const term = await Term.at(hypivisor);
      await term.sees(PROMPT);
      term.send("sleep 1000 & echo pid-$!-\r");
      const pid = Number(
        await until(() => /pid-(\d+)-/.exec(term.text)?.[1]),
      );
      assert(existsSync(`/proc/${pid}`));
      end(term);
      await until(() => !existsSync(`/proc/${pid}`), { withinMs: 10_000 });
    }
    await noneRuns(hypivisor);
  },
  40_000,
);

test("sixteen clients at once, each with a shell of its own", async () => {
  await using hypivisor = await start();
  const terms = await Promise.all(
    Array.from({ length: 16 }, () => Term.at(hypivisor)),
  );
  await Promise.all(terms.map((term) => term.sees(PROMPT, 10_000)));
  await Promise.all(terms.map(async (term, n) => {
    term.send(`echo i-am-$((${n}+100)); echo $$-shell\r`);
    await term.sees(`i-am-${n + 100}\r\n`);
    await until(() => /\d+-shell\r\n/.test(term.text));
  }));
  const pids = terms.map((term) => /(\d+)-shell\r\n/.exec(term.text)?.[1]);
  assertEquals(new Set(pids).size, 16);
  assertEquals(await running(hypivisor), 16);
  for (const term of terms) term.close();
  await noneRuns(hypivisor);
}, 30_000);

test(
  "over --max-terminals the answer is 503, until one is closed",
  async () => {
    await using hypivisor = await start(["--max-terminals", "2"]);
    await using first = await Term.at(hypivisor);
    await using _second = await Term.at(hypivisor);
    const ask = async () => {
      await using raw = await RawSocket.open(hypivisor.port);
      raw.write(
        handshake(hypivisor.port, `/term?token=${hypivisor.token}`),
      );
      return await raw.until("\r\n\r\n");
    };
    assertMatch(await ask(), /^HTTP\/1\.1 503 /);
    const open = await hypivisor.fetch("/api/terminals", { method: "POST" });
    assertEquals(open.status, 503);
    assertMatch(await open.text(), /2 are running.*--max-terminals/);
    first.close();
    await until(async () => (await ask()).startsWith("HTTP/1.1 101 "));
  },
  20_000,
);

test("?cwd= is a folder of the home, and nothing else", async () => {
  await using hypivisor = await start();
  const shop = join(hypivisor.dataDir, "shop");
  mkdirSync(shop);
  symlinkSync("/", join(hypivisor.dataDir, "out"));
  const at = (cwd: string) =>
    Term.at(hypivisor, `?cwd=${encodeURIComponent(cwd)}`);
  await using term = await at(shop);
  term.send("pwd -P\r");
  await term.sees(`${shop}\r\n`);
  const refused = ["/", "/etc", `${shop}/..//..`, `${shop}/no`, "", "a\0b"];
  for (const cwd of [...refused, join(hypivisor.dataDir, "out")]) {
    await using term = await at(cwd);
    const { code, reason } = await term.whenClosed();
    assertEquals(code, 4400, cwd);
    assertMatch(reason, /Invalid path|outside home/);
  }
  assertEquals(await running(hypivisor), 1);
});

test(
  "a handshake may come byte by byte, and is dropped if it stalls",
  async () => {
    await using hypivisor = await start();
    const { port, token } = hypivisor;
    const whole = handshake(port, `/term?token=${token}`);
    await using slow = await RawSocket.open(port);
    await using stalled = await RawSocket.open(port);
    await using silent = await RawSocket.open(port);
    await using trickle = await RawSocket.open(port);
    const began = performance.now();
    stalled.write(whole.slice(0, -10));
    slow.tcp.setNoDelay(true);
    for (const byte of whole) {
      slow.write(byte);
      await Bun.sleep(1);
    }
    assertMatch(await slow.until("\r\n\r\n"), /^HTTP\/1\.1 101 /);
    await slow.until(PROMPT);

    let at = 0;
    while (!trickle.isClosed && at < whole.length / 2) {
      trickle.write(whole[at++] ?? "");
      await Bun.sleep(100);
      if (performance.now() - began > 14_000) break;
    }
    for (const raw of [stalled, silent, trickle]) await raw.whenClosed(6_000);
    const seconds = (performance.now() - began) / 1_000;
    assert(seconds > 7 && seconds < 20, `Dropped after ${seconds} s`);
    assertEquals(stalled.text + silent.text, "");
    slow.send({ opcode: OPCODE.text, payload: "echo on-$((1+1))\r" });
    await slow.until("on-2");
  },
  40_000,
);

test(
  "ping, fragments, unmasked and broken frames have their outcome",
  async () => {
    await using hypivisor = await start();
    const path = `/term?token=${hypivisor.token}`;
    await using raw = await RawSocket.upgrade(hypivisor.port, path);
    await raw.until(PROMPT);
    raw.send({ opcode: OPCODE.ping, payload: "are you there" });
    await until(() =>
      raw.frames().some(({ opcode, payload }) =>
        opcode === OPCODE.pong && payload.toString() === "are you there"
      )
    );
    assert(!raw.text.includes("are you there: "), "The ping was typed");
    raw.send({ opcode: OPCODE.binary, payload: "echo fr", fin: false });
    raw.send({ opcode: OPCODE.ping, payload: "" });
    raw.send({ opcode: OPCODE.more, payload: "ag-$((1", fin: false });
    raw.send({ opcode: OPCODE.more, payload: "+1))\r" });
    await raw.until("frag-2");
    raw.send({ opcode: OPCODE.text, payload: "" });
    const bad: Parameters<RawSocket["send"]>[0][] = [
      { opcode: OPCODE.text, payload: "ls\r", masked: false },
      { opcode: OPCODE.text, payload: new Uint8Array([0xff, 0xfe]) },
      { opcode: OPCODE.more, payload: "x" },
      { opcode: 3, payload: "x" },
      { opcode: OPCODE.binary, payload: "x", rsv: 4 },
      { opcode: OPCODE.ping, payload: "x".repeat(126) },
    ];
    for (const frame of bad) {
      await using wrong = await RawSocket.upgrade(hypivisor.port, path);
      await wrong.until(PROMPT);
      wrong.send(frame);
      await wrong.whenClosed();
    }
    raw.send({ opcode: OPCODE.text, payload: "echo good-$((1+1))\r" });
    await raw.until("good-2");
    assert(!hypivisor.stderr.includes("_failed"), hypivisor.stderr);
  },
  30_000,
);

test(
  "the daemon's SIGTERM during traffic closes with 1001, and leaves no shell",
  async () => {
    await using hypivisor = await start();
    const terms = await Promise.all([Term.at(hypivisor), Term.at(hypivisor)]);
    const pids: number[] = [];
    for (const term of terms) {
      await term.sees(PROMPT);
      term.send("echo $$-shell; while :; do echo flood; done\r");
      pids.push(
        Number(await until(() => /(\d+)-shell\r\n/.exec(term.text)?.[1])),
      );
      await term.sees("flood\r\nflood");
    }
    assertEquals(await hypivisor.stop(), 0);
    for (const term of terms) {
      assertEquals((await term.whenClosed()).code, 1001);
    }
    await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), {
      withinMs: 5_000,
    });
  },
  20_000,
);

test("a request that is no handshake takes nobody's place", async () => {
  await using hypivisor = await start(["--max-terminals", "1"]);
  for (let n = 0; n < 3; n++) {
    assertEquals((await hypivisor.fetch("/term")).status, 400);
  }
  await using term = await Term.at(hypivisor);
  await term.sees(PROMPT);
});
