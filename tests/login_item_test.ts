import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ran, runCli } from "./harness/cli.ts";

/** A home on a machine where a program called `systemctl` says yes to all. */
class SystemdHome implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "hypivisor-test-"));
  readonly unit = join(this.dir, ".config/systemd/user/hypivisor.service");

  constructor() {
    const program = join(this.dir, "systemctl");
    writeFileSync(program, "#!/bin/sh\nexit 0\n");
    chmodSync(program, 0o700);
  }

  service(...args: string[]): Promise<Ran> {
    const PATH = `${this.dir}:${process.env.PATH}`;
    return runCli(["service", ...args], { env: { HOME: this.dir, PATH } });
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}

test(
  "service install keeps the daemon's options, and refuses what it would refuse",
  async () => {
    using home = new SystemdHome();
    const refused = [
      ["--port", "x"],
      ["--prot", "8080"],
      ["--data-dir", "here"],
    ];
    for (const options of refused) {
      const ran = await home.service("install", "--", ...options);
      assertEquals(ran.code, 64, ran.stderr);
      assert(ran.stderr.includes(options[0] ?? ""), ran.stderr);
    }
    assert(!existsSync(home.unit));

    const options = ["--port", "8080", "--data-dir", "/var/lib/pi"];
    const ran = await home.service("install", "--", ...options);
    assertEquals(ran.stdout, `installed: ${home.unit}\n`, ran.stderr);
    assertMatch(
      readFileSync(home.unit, "utf8"),
      /^ExecStart=\S+( \S+)? serve --port 8080 --data-dir \/var\/lib\/pi$/m,
    );
    assertEquals(
      (await home.service("install")).stdout,
      `updated: ${home.unit}\n`,
    );
    assertEquals((await home.service("uninstall")).code, 0);
    assert(!existsSync(home.unit));
  },
);
