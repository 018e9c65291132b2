import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { HubStandIn } from "./harness/hub.ts";
import { PiHome } from "./harness/pi.ts";

test(
  "a pi in a terminal registers, streams its answer and takes a prompt",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const pi = home.tui({ hypivisor: hub.url });

    await hub.frame("register", (frame) => frame.method === "register");
    await hub.frame("sync", (frame) => frame.type === "sync");
    const { params } = hub.registers[0]!;
    assertEquals(params.pid, pi.pid);
    assertEquals(params.cwd, home.work);
    assertEquals(params.pi, "1.5.2");

    hub.prompt(
      "p1",
      "#think let me see\n#bash echo $((6*7))\n#say The answer is here",
    );
    await hub.receipt("p1", "done");
    await Bun.write(
      "/tmp/wt/ext/.tools/frames.json",
      hub.frames.map((f) => JSON.stringify(f)).join("\n"),
    );
    assert(hub.events("delta").length > 0);
    assertEquals(await home.log(), []);
  },
  60_000,
);
