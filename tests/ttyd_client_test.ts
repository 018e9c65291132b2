/** ttyd's clients on `/ws/terminal/{id}`: its bytes, its hello, its pause. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { Hypivisor } from "./harness/hypivisor.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

/** As ttyd's own page speaks: binary frames, the first byte says what it is. */
class Ttyd extends TestSocket {
  static async at(
    hypivisor: Hypivisor,
    command: readonly string[],
    query = "",
  ): Promise<Ttyd> {
    const answer = await hypivisor.fetch("/api/terminals", {
      method: "POST",
      body: JSON.stringify({ command }),
    });
    const { id } = await answer.json();
    const url = hypivisor.socketUrl(`/ws/terminal/${id}${query}`);
    const ttyd = new Ttyd(url, ["tty"]);
    await until(() => ttyd.isOpen || ttyd.closed !== undefined);
    return ttyd;
  }

  /** What came under one mark, put together. */
  heard(mark: string): string {
    const bytes = this.binary.filter(([kind]) => kind === mark.charCodeAt(0));
    return Buffer.concat(bytes.map((frame) => frame.subarray(1))).toString();
  }

  say(text: string): void {
    this.raw.send(new TextEncoder().encode(text));
  }

  hello(columns = 88, rows = 22): void {
    this.say(JSON.stringify({ AuthToken: "", columns, rows }));
  }

  async sees(what: string): Promise<void> {
    await until(() => this.heard("0").includes(what), {
      withinMs: 10_000,
      seen: () => [this.heard("0").slice(-300), this.closed],
    });
  }
}

const SHELL = ["/bin/sh", "-c", "stty size; exec sh -i"];

test("title and preferences come first, then output; input and size go up", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  await using ttyd = await Ttyd.at(hypivisor, SHELL);
  assertEquals(ttyd.raw.protocol, "tty");
  ttyd.hello();
  await ttyd.sees("# ");
  const order = ttyd.binary.map(([kind]) => String.fromCharCode(kind ?? 0));
  assertEquals(order.slice(0, 2), ["1", "2"]);
  assertEquals(ttyd.heard("1"), SHELL.join(" "));
  assertEquals(JSON.parse(ttyd.heard("2")), {});

  ttyd.say("0stty size\r");
  await ttyd.sees("22 88");
  ttyd.say('1{"columns":77,"rows":11}');
  ttyd.say("0stty size\r");
  await ttyd.sees("11 77");
  ttyd.send("0echo text-$((1+1))\r"); // Some clients send text frames.
  await ttyd.sees("text-2");
  assertEquals(ttyd.frames, []);
  ttyd.say("0exit 5\r");
  assertEquals((await ttyd.whenClosed()).code, 1000);
});

test("nothing is typed before the hello, and nothing by who may only look", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  await using early = await Ttyd.at(hypivisor, SHELL);
  early.say("0ls\r");
  const closed = await early.whenClosed();
  assertEquals(closed.code, 4400);
  assertMatch(closed.reason, /hello comes first/);

  await using reader = await Ttyd.at(hypivisor, SHELL, "?readonly=1");
  reader.hello(0, 0);
  await reader.sees("# ");
  reader.say("0echo never-$((1+1))\r");
  reader.say('1{"columns":0,"rows":0}');
  for (const bad of ["9x", "\0", '1{"columns":-1,"rows":2}', "1{"]) {
    await using wrong = await Ttyd.at(hypivisor, SHELL);
    wrong.hello();
    wrong.say(bad);
    assertEquals((await wrong.whenClosed()).code, 4400, bad);
  }
  assert(!reader.heard("0").includes("never-2"));
});

test("pause is heeded, and resume goes on without a gap", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  await using ttyd = await Ttyd.at(hypivisor, [
    "/bin/sh",
    "-c",
    "stty -opost -echo; echo ready; read go; seq 1 1000000; read end",
  ]);
  ttyd.hello();
  await ttyd.sees("ready");
  ttyd.say("2");
  ttyd.say("0\r");
  const size = () => ttyd.heard("0").length;
  let before = -1;
  await until(async () => {
    const now = size();
    await Bun.sleep(300);
    const isStill = now === before && now === size();
    before = now;
    return isStill;
  });
  // The window of the runner, and what the kernel holds on the way.
  assert(size() < 3 * 1024 * 1024, `${size()} bytes came while paused`);
  ttyd.say("3");
  await ttyd.sees("\n1000000\n");
  const text = ttyd.heard("0");
  const from = text.indexOf("1\n2\n3\n");
  const wanted = Array.from({ length: 1_000_000 }, (_, n) => n + 1).join("\n");
  assert(text.slice(from, from + wanted.length) === wanted, "There is a gap");
}, 30_000);
