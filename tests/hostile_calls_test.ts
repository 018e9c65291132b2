/** Well-formed frames with hostile content. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Hypivisor } from "./harness/hypivisor.ts";

import { OPCODE, type RawSocket } from "./harness/raw_socket.ts";
import { type Frame, TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { besiege, DEEP, REGISTER, SUBPROTOCOL } from "./harness/siege.ts";

test("a call that cannot be read is answered with what is wrong", async () => {
  await besiege(async ({ hypivisor, others }) => {
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    await client.frame(() => true);
    const deep = "[".repeat(DEEP) + "]".repeat(DEEP);
    const bad: [string, RegExp][] = [
      ["{", /parse/],
      ["", /parse/],
      ["\u0000", /parse/],
      ["null", /not an object/],
      ["7", /not an object/],
      ['"text"', /not an object/],
      ["{}", /method must be a string/],
      ['{"method":7}', /method must be a string/],
      ['{"method":"ping","id":{}}', /id must be/],
      ['{"method":"ping","id":[1]}', /id must be/],
      ['{"method":"__proto__"}', /Method not found: __proto__/],
      ['{"method":"constructor"}', /Method not found: constructor/],
      ['{"method":"toString"}', /Method not found: toString/],
      [`{"method":"${"x".repeat(9_999)}"}`, /Method not found: x{100}$/],
      ['{"method":"get_node"}', /params.node: must be a string/],
      ['{"method":"get_node","params":[]}', /params: must be an object/],
      ['{"method":"get_node","params":{"node":""}}', /must not be empty/],
      ['{"method":"get_node","params":{"node":"__proto__"}}', /Cannot find/],
      [`{"method":"get_node","params":{"node":${deep}}}`, /string|parse/],
      [`{"method":${deep}}`, /string|parse/],
      ['{"method":"page","params":{"node":"good","bytes":1e400}}', /whole/],
      ['{"method":"page","params":{"node":"good","bytes":-1}}', /whole/],
      ['{"method":"prompt","params":{"node":"good","text":"  "}}', /empty/],
      [
        '{"method":"prompt","params":{"node":"good","text":"x","mode":"now"}}',
        /must be one of steer, followUp/,
      ],
      [
        '{"method":"set_thinking","params":{"node":"good","level":"__proto__"}}',
        /must be one of/,
      ],
      [
        `{"method":"register","params":{"id":"${
          "x".repeat(201)
        }","machine":"m","cwd":"/","port":1,"status":"active"}}`,
        /Invalid node info/,
      ],
      ['{"method":"spawn_agent"}', /Missing params/],
      ['{"method":"spawn_agent","params":{"path":{}}}', /Missing params/],
      ['{"method":"spawn_agent","params":{"path":""}}', /must not be empty/],
      ['{"method":"spawn_agent","params":{"path":"/","args":"-e"}}', /list/],
      [
        '{"method":"spawn_agent","params":{"path":"/","thinking":"hard"}}',
        /must be one of off/,
      ],
      ['{"method":"open_terminal","params":{"cols":0}}', /from 1 to 1000/],
      ['{"method":"open_terminal","params":{"command":[]}}', /no program/],
      ['{"method":"open_terminal","params":{"command":[7]}}', /a string/],
      ['{"method":"open_terminal","params":{"folder":"/"}}', /outside home/],
      ['{"method":"close_terminal","params":{"terminal":"x"}}', /Cannot find/],
      ['{"method":"tail_terminal","params":{"terminal":{}}}', /a string/],
      ['{"method":"resume_agent","params":{"node":"none"}}', /Cannot find/],
      ['{"jsonrpc":"2.0","id":1,"method":"nope"}', /Method not found: nope/],
      ['{"jsonrpc":"2.0","id":1}', /method must be a string/],
      ["[]", /batch of 0/],
      [`[${Array(101).fill('{"method":"ping"}')}]`, /batch of 101/],
    ];
    for (const [frame, error] of bad) {
      const before = client.frames.length;
      client.send(frame);
      await until(() => client.frames.length > before, {
        seen: () => [frame.slice(0, 100), client.closed],
      });
      const reply = client.frames.at(-1);
      assertMatch(reply.error?.message ?? reply.error, error);
    }
    await others();
  });
}, 20_000);

/** An uplink of its own, registered, that is about to say something bad. */
async function uplink(
  open: (path: string) => Promise<RawSocket>,
  id: string,
): Promise<RawSocket> {
  const raw = await open("/ws?uplink=2");
  const params = { ...REGISTER.params, id };
  raw.send({
    opcode: OPCODE.text,
    payload: JSON.stringify({ ...REGISTER, params }),
  });
  await raw.until("registered");
  return raw;
}

test("an uplink that talks nonsense is closed with the reason", async () => {
  await besiege(async ({ hypivisor, open, others }) => {
    const deep = '{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP);
    const tool = '{"id":"t","name":"n","state":"running","startedAt":1,';
    const bad: [string, RegExp][] = [
      ["nonsense", /parse/],
      ["[]", /must be an object/],
      ["{}", /must be an event/],
      ['{"seq":0,"type":"delta","at":0,"text":"x"}', /from 1/],
      ['{"seq":1e400,"type":"delta","at":0,"text":"x"}', /from 1/],
      ['{"seq":1.5,"type":"delta","at":0,"text":"x"}', /from 1/],
      [
        `{"seq":1,"type":"tool","tool":${tool}"output":"","args":${deep}}}`,
        /nested deeper than 500/,
      ],
      ['{"type":"answer","id":"x"}', /answer.id/],
      [JSON.stringify({ ...REGISTER, params: { id: "good" } }), /must be/],
    ];
    for (const [index, [frame, reason]] of bad.entries()) {
      await using raw = await uplink(open, `bad-${index}`);
      raw.send({ opcode: OPCODE.text, payload: frame });
      await until(() => raw.close ?? raw.isClosed, {
        seen: () => `${frame.slice(0, 200)}: ${raw.text.slice(0, 300)}`,
      });
      assertEquals(raw.close?.code, 4400, frame.slice(0, 200));
      assertMatch(raw.close?.reason ?? "", reason);
    }
    await using binary = await uplink(open, "binary");
    binary.send({ opcode: OPCODE.binary, payload: "x" });
    await until(() => binary.close);
    assertEquals(binary.close?.code, 4400);
    await others();
    assert(!hypivisor.stderr.includes("frame_failed"), hypivisor.stderr);
  });
}, 40_000);

test("an event that cannot be read is refused, and the agent stays", async () => {
  await besiege(async ({ open, others }) => {
    const user = '{"role":"user","timestamp":1,"content":';
    const bad: [string, RegExp][] = [
      ['"type":"__proto__"', /unknown type .+__proto__/],
      ['"type":7', /unknown type/],
      ['"type":"delta","at":-1,"text":"x"', /event.at/],
      ['"type":"delta","at":0,"text":7', /event.text/],
      ['"type":"item","item":{"kind":"message"}', /key/],
      ['"type":"activity","activity":{"kind":"constructor"}', /kind/],
      ['"type":"sync","items":7', /items/],
      ['"type":"flight","flight":{},"tools":[]', /flight/],
      ['"type":"receipt","receipt":{"id":"r","state":"?"}', /one of/],
    ];
    await using raw = await uplink(open, "bad");
    for (const [index, [fields, reason]] of bad.entries()) {
      raw.send({
        opcode: OPCODE.text,
        payload: `{"seq":${index + 1},${fields}}`,
      });
      await raw.until(`"seq":${index + 1},"reason"`);
      const refusal = raw.frames().map(({ payload }) => String(payload))
        .findLast((text) => text.includes('"refused"'));
      assertMatch(refusal ?? "", reason);
    }
    const large = `${user}"${"x".repeat(3 * 1024 * 1024)}"}`;
    raw.send({
      opcode: OPCODE.text,
      payload:
        `{"seq":20,"type":"item","item":{"kind":"message","key":"k","message":${large}}}`,
    });
    await using viewer = await open("/ws/agent/bad", [SUBPROTOCOL]);
    await viewer.until("must have at most 2 MiB");
    await others();
  });
});

test(
  "ids, folders and file names may be anything, and lead nowhere",
  async () => {
    const place = mkdtempSync(join(tmpdir(), "hostile-"));
    const home = join(place, "home");
    mkdirSync(join(home, "in"), { recursive: true });
    mkdirSync(join(place, "out"));
    symlinkSync(join(place, "out"), join(home, "escape"));
    symlinkSync("/", join(home, "in", "root"));
    symlinkSync(join(home, "loop"), join(home, "loop"));
    try {
      await using hypivisor = await Hypivisor.start({ env: { HOME: home } });
      await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
      const paths = [
        "..",
        "../..",
        `${home}/../out`,
        `${home}/in/../../out`,
        `${home}/escape`,
        `${home}/in/root/etc`,
        `${home}/loop`,
        "/proc/self/root",
        "/etc",
        `${home}\0/etc`,
        "~",
        "%2e%2e",
        "x".repeat(4_000),
        "\ud800",
      ];
      for (const path of paths) {
        const { error } = await client.ask("list_directories", { path });
        assertMatch(
          error,
          /^(Invalid path: |Path resolves outside home directory$)/,
          path,
        );
      }
      const { result } = await client.ask("list_directories", { path: home });
      assertEquals(result.directories, ["in"]);

      const ids = [
        "a b",
        "<script>alert(1)</script>",
        'quote"back\\slash',
        "new\nline\r\n",
        "null\0byte",
        "../../etc/passwd",
        "__proto__",
        "constructor",
        "💥".repeat(50),
        "‮rtl",
        "'; drop table node; --",
        "x".repeat(200),
      ];
      for (const id of ids) {
        const port = 0;
        const { result, error } = await client.ask("register", {
          ...REGISTER.params,
          uplink: undefined,
          id,
          port,
          cwd: id,
          machine: id,
        });
        assertEquals(result, { status: "registered" }, `${id} ${error}`);
        const answer = await hypivisor.fetch(
          `/api/nodes/${encodeURIComponent(id)}`,
        );
        assertEquals((await answer.json()).id, id);
      }
      const { result: nodes } = await client.ask("list_nodes");
      assertEquals(nodes.map(({ id }: Frame) => id), ids);

      client.close();
      await client.whenClosed();
      await hypivisor.stop();
      await hypivisor.start();
      await using again = await TestSocket.open(hypivisor.socketUrl("/ws"));
      const { nodes: kept } = await again.call("subscribe");
      assertEquals(
        kept.map(({ id }: Frame) => id).sort(),
        [...ids].sort(),
      );
      // No line of the log was written by a stranger.
      assert(!/^line/m.test(hypivisor.stderr));
      for (const line of hypivisor.stderr.trim().split("\n")) {
        assertMatch(line, /^(\d\d:\d\d:\d\d\.\d{3} |Page: |Hypivisor online)/);
      }
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
  20_000,
);

test("a flood of calls is bounded, on the flooding socket", async () => {
  await besiege(async ({ open, others, agent }) => {
    agent.onRequest = () => new Promise(() => {});
    await using raw = await open("/ws/agent/good", [SUBPROTOCOL]);
    await raw.until("snapshot");
    const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "models" });
    for (let n = 0; n < 150; n++) {
      raw.send({ opcode: OPCODE.text, payload: call });
    }

    await until(() => raw.close);
    assertEquals(raw.close?.code, 4408);
    await others();
  });
});

test("one socket registers a hundred nodes at most", async () => {
  await besiege(async ({ hypivisor, others }) => {
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    const register = (id: string) =>
      client.ask("register", {
        ...REGISTER.params,
        uplink: undefined,
        id,
      });
    for (let n = 0; n < 100; n++) await register(`n${n}`);

    assertEquals(
      (await register("n100")).error,
      "Cannot register more than 100 nodes on one socket",
    );
    assertEquals((await register("n7")).result, { status: "registered" });
    await others();
  });
});
