import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { SessionEntry } from "@earendil-works/pi-coding-agent";
import { Branch, type SessionReader } from "./branch.ts";

type Stored = Record<string, unknown> & { id: string };

/** A session as pi keeps it: entries with parents, and a leaf. */
class Session {
  readonly entries = new Map<string, Stored>();
  leaf: string | null = null;

  store(type: string, fields: Record<string, unknown>): string {
    const id = `e${this.entries.size + 1}`;
    const timestamp = "2026-01-01T00:00:00.000Z";
    const entry = { id, parentId: this.leaf, type, timestamp, ...fields };
    this.entries.set(id, entry);
    return this.leaf = id;
  }

  message(message: unknown): string {
    return this.store("message", { message });
  }

  reader(): SessionReader {
    const get = (id: string) =>
      this.entries.get(id) as unknown as SessionEntry | undefined;
    return {
      getEntry: get,
      getLeafId: () => this.leaf,
      getBranch: () => {
        const branch: SessionEntry[] = [];
        for (let id = this.leaf; id;) {
          const entry = get(id);
          if (!entry) break;
          branch.unshift(entry);
          id = entry.parentId;
        }
        return branch;
      },
    };
  }
}

function user(timestamp: number, text = "hi") {
  return { role: "user" as const, content: text, timestamp };
}

function answer(timestamp: number) {
  const usage = { input: 10, output: 2, cacheRead: 1, cacheWrite: 0 };
  return { role: "assistant" as const, content: [], usage, timestamp };
}

function keys(items: readonly { key: string }[] | undefined) {
  return items?.map(({ key }) => key);
}

test("Branch gives a message the same key live and stored", () => {
  const session = new Session();
  const branch = new Branch(session.reader());

  const live = branch.end(user(1), "p1");
  session.message(user(1));

  assertEquals(branch.catchUp(), []);
  assertEquals(live?.key, "user:1");
  assertEquals(keys(branch.page(null, 1e6).items), ["user:1"]);
  const [item] = branch.page(null, 1e6).items;
  assertEquals(item?.kind === "message" && item.promptId, "p1");
});

test("Branch tells repeats within one millisecond apart, in branch order", () => {
  const session = new Session();
  session.message(user(1, "a"));
  session.message(user(1, "b"));

  const branch = new Branch(session.reader());
  const third = branch.end(user(1, "c"));

  assertEquals(keys(branch.page(null, 1e6).items), [
    "user:1",
    "user:1~2",
    "user:1~3",
  ]);
  assertEquals(third?.key, "user:1~3");
});

test("Branch.catchUp() finds what pi stored without an event", () => {
  const session = new Session();
  const branch = new Branch(session.reader());

  session.message({ role: "bashExecution", command: "ls", timestamp: 5 });
  session.store("model_change", { provider: "p", modelId: "m" });
  session.message({ role: "system", content: "…", timestamp: 6 });
  session.store("compaction", { summary: "short", tokensBefore: 9 });

  assertEquals(keys(branch.catchUp()), ["bashExecution:5", "entry:e4"]);
  assertEquals(branch.catchUp(), []);
  assertEquals(branch.messages, 1);
});

test("Branch.catchUp() says when the branch is another one", () => {
  const session = new Session();
  const fork = session.message(user(1));
  session.message(user(2));
  const branch = new Branch(session.reader());

  session.leaf = fork;
  session.message(user(3));

  assertEquals(branch.catchUp(), undefined);
  branch.rebuild();
  assertEquals(keys(branch.page(null, 1e6).items), ["user:1", "user:3"]);
});

test("Branch.page() and after() stop at their budget, with one item at least", () => {
  const session = new Session();
  for (let n = 1; n <= 5; n++) session.message(user(n, "x".repeat(1_000)));
  const branch = new Branch(session.reader());

  const newest = branch.page(null, 2_500);
  assertEquals(keys(newest.items), ["user:4", "user:5"]);
  assertEquals(newest.more, true);
  assertEquals(keys(branch.page("user:4", 1).items), ["user:3"]);
  assertEquals(keys(branch.page("user:2", 1e6).items), ["user:1"]);
  assertEquals(branch.page("user:2", 1e6).more, false);
  assertEquals(keys(branch.after("user:1", 2_500).items), ["user:2", "user:3"]);
  assertEquals(branch.after("user:4", 1e6).more, false);
});

test("Branch sums up what stored answers cost", () => {
  const session = new Session();
  session.message(answer(1));
  const branch = new Branch(session.reader());
  branch.end(answer(2));
  session.message(answer(2));
  branch.catchUp();

  assertEquals(branch.usage, {
    input: 20,
    output: 4,
    cacheRead: 2,
    cacheWrite: 0,
    cost: 0,
    turns: 2,
  });
});

test("Branch.slice() counts messages only, as the original does", () => {
  const session = new Session();
  session.message(user(1));
  session.store("compaction", { summary: "s" });
  session.message(user(2));
  const branch = new Branch(session.reader());

  assertEquals(branch.slice(1, 2), [user(2)]);
  assertEquals(branch.messages, 2);
});

test("Branch shortens a tool call's id that no key could hold, and keeps it joined", () => {
  const session = new Session();
  const branch = new Branch(session.reader());
  const id = "call_".padEnd(600, "x");
  const call = { type: "toolCall", id, name: "bash", arguments: {} };
  const asked = branch.end({
    role: "assistant",
    content: [call],
    timestamp: 1,
  });
  const result = { role: "toolResult", toolCallId: id, timestamp: 2 };
  const answered = branch.end(result);
  session.message({ role: "assistant", content: [call], timestamp: 1 });
  session.message(result);

  assertEquals(branch.catchUp(), []);
  const message = asked?.kind === "message" ? asked.message : undefined;
  const [part] = message?.role === "assistant" ? message.content : [];
  const short = part?.type === "toolCall" ? part.id : "";
  assertEquals(answered?.key, `tool:${short}`);
  assertEquals(short.length < 300, true);
});
