/** `send` and `tail -f` against a real daemon, with an agent the test plays. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { cliCommand, cliEnv, runCli } from "./harness/cli.ts";
import { asked, FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";

async function withAgent(
  run: (hypivisor: Hypivisor, agent: FakeAgent) => Promise<void>,
): Promise<void> {
  await using hypivisor = await Hypivisor.start({ port: 0 });
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { id: "ada", items: [asked("before", 1), said("Long ago", 2)] },
  );
  await until(() => agent.acked > 0);
  await run(hypivisor, agent);
}

/** Has the agent take a prompt as pi-socket does: up to where it starts. */
function begin(agent: FakeAgent, id: string, text: string, at: number): void {
  agent.event({ type: "receipt", receipt: { id, state: "accepted" } });
  agent.act({ kind: "working", since: at });
  agent.event({ type: "receipt", receipt: { id, state: "started" } });
  const message = { role: "user" as const, content: text, timestamp: at };
  agent.add({ kind: "message", key: `user:${at}`, message, promptId: id });
}

function settle(agent: FakeAgent, id: string): void {
  agent.act({ kind: "idle", since: 9 });
  agent.event({ type: "receipt", receipt: { id, state: "done" } });
}

test("send gives the prompt to the agent, in the mode that was asked for", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    const cases: [string[], string, "steer" | "followUp"][] = [
      [["ada", "fix", "it"], "fix it", "steer"],
      [["ada", "--follow-up", "later"], "later", "followUp"],
      [["ada", "--steer", "now"], "now", "steer"],
      [["ada", "--", "--not", "an option"], "--not an option", "steer"],
      [["ada", "true"], "true", "steer"],
    ];
    for (const [args, text, mode] of cases) {
      const { code, stderr } = await runCli(["send", ...args], { dataDir });
      assertEquals([code, stderr], [0, ""]);
      assertEquals(agent.commands.at(-1)?.command, {
        kind: "prompt",
        text,
        mode,
      });
    }
    const stdin = "two\nlines\n";
    await runCli(["send", "ada", "-"], { dataDir, stdin });
    assertEquals(agent.commands.at(-1)?.command, {
      kind: "prompt",
      text: "two\nlines",
      mode: "steer",
    });
    const both = ["send", "ada", "--steer", "--follow-up", "x"];
    assertEquals((await runCli(both, { dataDir })).code, 64);
    assertEquals((await runCli(["send", "ada", " "], { dataDir })).code, 64);
  });
});

test("a prompt that is refused is exit code 1, with the reason", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    agent.onCommand = (id) =>
      agent.event({
        type: "receipt",
        receipt: { id, state: "refused", reason: "pi is compacting" },
      });
    for (const wait of [[], ["--wait"]]) {
      const { code, stderr } = await runCli(["send", "ada", "x", ...wait], {
        dataDir,
      });
      assertEquals(code, 1);
      assertMatch(stderr, /^hypivisor: .*refused it: pi is compacting\n$/);
    }
  });
});

test("send --wait prints the answer and nothing else, and ends when it has settled", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    agent.onCommand = (id) => {
      begin(agent, id, "q", 10);
      agent.stream("First I look.", 11);
      agent.stream("It is\nfixed.", 12);
      settle(agent, id);
    };
    const args = ["send", "ada", "--wait", "q"];
    const { code, stdout, stderr } = await runCli(args, { dataDir });
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, "First I look.\n\nIt is\nfixed.\n");

    const json = await runCli([...args, "--json"], { dataDir });
    const { id, ...end } = JSON.parse(json.stdout);
    assertMatch(id, /^[0-9a-f-]{36}$/);
    assertEquals(end, {
      text: "First I look.\n\nIt is\nfixed.",
      error: null,
    });
  });
});

test("send --wait on a working agent waits for its own turn", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    agent.act({ kind: "working", since: 5 });
    agent.onCommand = (id) => {
      agent.event({ type: "receipt", receipt: { id, state: "queued" } });
      agent.stream("Of the turn before", 11);
      begin(agent, id, "q", 12);
      agent.stream("Of its own", 13);
      settle(agent, id);
    };
    const args = ["send", "ada", "--wait", "--follow-up", "q"];
    const { code, stdout } = await runCli(args, { dataDir });
    assertEquals([code, stdout], [0, "Of its own\n"]);
  });
});

test("send --wait is exit code 1 if it ended in an error or was interrupted", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    const reasons = [
      ["error", "429 Too many requests", /429 Too many requests/],
      ["aborted", undefined, /interrupted/],
    ] as const;
    let at = 10;
    for (const [stopReason, errorMessage, wanted] of reasons) {
      agent.onCommand = (id) => {
        begin(agent, id, "q", ++at);
        agent.add({
          kind: "message",
          key: `assistant:${++at}`,
          message: {
            role: "assistant",
            content: [{ type: "text", text: "Half of" }],
            stopReason,
            ...errorMessage ? { errorMessage } : {},
            timestamp: at,
          },
        });
        settle(agent, id);
      };
      const { code, stdout, stderr } = await runCli(
        ["send", "ada", "-w", "q"],
        { dataDir },
      );
      assertEquals([code, stdout], [1, "Half of\n"]);
      assertMatch(stderr, wanted);
    }
  });
});

test("send --wait of an agent that never says done ends when it rests", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    agent.onCommand = (id) => {
      begin(agent, id, "q", 10);
      agent.stream("Old pi", 11);
      agent.act({ kind: "idle", since: 12 });
    };
    const { code, stdout } = await runCli(["send", "ada", "-w", "q"], {
      dataDir,
    });
    assertEquals([code, stdout], [0, "Old pi\n"]);
  });
});

test("send --wait ends when the agent leaves, and tells of its questions", async () => {
  await withAgent(async ({ dataDir }, agent) => {
    agent.onCommand = (id) => {
      begin(agent, id, "q", 10);
      agent.act({ kind: "waiting", since: 11, question: "May I?" });
      setTimeout(() => agent.quit(), 300);
    };
    const { code, stderr } = await runCli(["send", "ada", "-w", "q"], {
      dataDir,
    });
    assertEquals(code, 1);
    assertMatch(stderr, /The agent asks: May I\?\n.*went away/);
  });
});

test("send --wait goes on over a kill of the daemon", async () => {
  await withAgent(async (hypivisor, agent) => {
    let prompt = "";
    agent.onCommand = (id) => {
      prompt = id;
      begin(agent, id, "q", 10);
      agent.stream("Before.", 11);
    };
    const { dataDir } = hypivisor;
    const running = runCli(["send", "ada", "-w", "q"], { dataDir });
    await until(() => prompt !== "" && agent.acked > 8);
    await hypivisor.kill();
    agent.stream("Meanwhile.", 12);
    await hypivisor.start();
    await until(() => agent.links > 1);
    agent.stream("After.", 13);
    settle(agent, prompt);

    const { code, stdout } = await running;
    assertEquals([code, stdout], [0, "Before.\n\nMeanwhile.\n\nAfter.\n"]);
    assertEquals(agent.commands.length, 1);
  });
});

test("tail -f shows what was said last, and goes on over a restart", async () => {
  await withAgent(async (hypivisor, agent) => {
    const { dataDir } = hypivisor;
    const child = Bun.spawn(
      [...cliCommand(), "tail", "-f", "-n", "1", "ada", "--data-dir", dataDir],
      { env: cliEnv({ dataDir }), stdout: "pipe", stderr: "pipe" },
    );
    let text = "";
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of child.stdout) text += decoder.decode(chunk);
    })();
    const sees = (part: string) =>
      until(() => text.includes(part), { withinMs: 10_000, seen: () => text });
    try {
      await sees("Long ago\n");
      agent.add(asked("more", 20));
      agent.stream("Some more", 21);
      await sees("Some more\n");
      await hypivisor.kill();
      await hypivisor.start();
      await until(() => agent.links > 1);
      agent.add(asked("and on", 22));
      agent.stream("On and on", 23);
      await sees("On and on\n");
      assertEquals(
        text,
        "Long ago\n\n> more\n\nSome more\n\n> and on\n\nOn and on\n",
      );
    } finally {
      child.kill("SIGINT");
      await child.exited;
    }
  });
});
