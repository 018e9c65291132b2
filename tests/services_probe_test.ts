import { readFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { openFiles } from "./harness/processes.ts";
import { ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

/** A server on `$PORT` that answers what `code` makes of a request. */
const server = (code: string, more = "") =>
  `command "${process.execPath}" "-e" #"""
    Bun.serve({ port: process.env.PORT, hostname: "127.0.0.1", idleTimeout: 0,
      fetch: (request) => { ${code} } });
    ${more}
    """#
port 0`;

/** Connections to a port of this machine that a process has open. */
function openSockets(pid: number, port = 0): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) => fields[2] === remote ? `socket:[${fields[9]}]` : []);
  return openFiles(pid).filter((file) => inodes.includes(file)).length;
}

/** As the kernel has it: `bun`, or `bun.exe` as npm installs it. */
function ownName(): string {
  return readFileSync("/proc/self/comm", "utf8").trim();
}

test("13: a port that a stranger has is named, with its owner (9.6, B18)", async () => {
  using stranger = Bun.listen({
    hostname: "0.0.0.0",
    port: 0,
    socket: { data() {} },
  });
  const { port } = stranger;
  await using stage = await ServiceStage.start({
    web: `command "sleep" "1000"\nport ${port}\nautostart #false
restart { backoff-initial "50ms"; backoff-max "50ms" }`,
  });
  const { started, refused } = await stage.start("web");
  expect(started).toEqual([]);
  expect(refused).toEqual([{
    name: "web" as never,
    kind: "port_taken",
    message:
      `Cannot start: port ${port} is taken by "${ownName()}" (pid ${process.pid})`,
  }]);
  expect(await stage.state("web")).toBe("failed");
  stranger.stop(true);
  expect((await stage.start("web")).started).toHaveLength(1);
});

test("a port that is taken for a while only delays a start at boot", async () => {
  const stranger = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {} },
  });
  await using stage = await ServiceStage.start({
    web: `command "sleep" "1000"\nport ${stranger.port}
restart { backoff-initial "50ms"; backoff-max "50ms"; max-retries-per-minute 100 }`,
  });
  const { state } = await stage.becomes("web", "restarting");
  expect(state).toMatchObject({
    reason: expect.stringContaining("is taken by"),
  });
  stranger.stop(true);
  await stage.becomes("web", "running");
});

test("14: a server that hangs is unhealthy, and not failed (9.6, B17)", async () => {
  await using stage = await ServiceStage.start({
    web: `${server('return new Response("ok")')}
ready { probe "http" "/health" }
health { interval "100ms"; timeout "200ms"; failures 2 }`,
  });
  await stage.becomes("web", ({ health }) => health.kind === "healthy");
  const pid = await stage.pid("web");
  process.kill(pid, "SIGSTOP");
  const { health, state, restarts } = await stage.becomes(
    "web",
    (one) => one.health.kind === "unhealthy",
  );
  expect(health).toMatchObject({ why: "it did not answer in time" });
  expect(state).toMatchObject({ kind: "running", pid });
  expect(restarts).toBe(0);
  process.kill(pid, "SIGCONT");
  await stage.becomes("web", (one) => one.health.kind === "healthy");

  // A stop reaches it all the same.
  process.kill(pid, "SIGSTOP");
  await stage.stop("web");
  expect(await stage.state("web")).toBe("stopped");
});

test("an unhealthy server is restarted where its file says so", async () => {
  await using stage = await ServiceStage.start({
    web: `${server('return new Response("ok")')}
health { probe "http" "/"; interval "100ms"; timeout "200ms"; failures 2; action "restart" }
restart { backoff-initial "10ms" }
stop { grace "300ms" }`,
  });
  await stage.becomes("web", ({ health }) => health.kind === "healthy");
  process.kill(await stage.pid("web"), "SIGSTOP");
  await stage.becomes(
    "web",
    (one) => one.restarts === 1 && one.health.kind === "healthy",
  );
});

test("start answers when the service is ready, by each probe there is", async () => {
  const slow = "await Bun.sleep(300);";
  await using stage = await ServiceStage.start({
    tcp: `${
      server("return new Response()").replace("Bun.serve", `${slow} Bun.serve`)
    }
ready { probe "tcp" }\nautostart #false`,
    http: `${
      server(
        `return new Response("", { status: performance.now() > 400 ? 200 : 503 })`,
      )
    }
ready { probe "http" "/h" }\nautostart #false`,
    fd:
      `command "sh" "-c" "sleep 0.3; echo >&3; sleep 1000"\nready { probe "fd" }\nautostart #false`,
    log:
      `command "sh" "-c" "echo not yet; sleep 0.3; echo I am listening now >&2; sleep 1000"
ready { probe "log" "listening" }\nautostart #false`,
    mcp: `${server(`return new Response("", { status: 401 })`)}
ready { probe "mcp" }\nautostart #false`,
    none: `command "sleep" "1000"\nready { probe "none" }\nautostart #false`,
  });
  for (const name of ["tcp", "http", "fd", "log", "mcp", "none"]) {
    const began = performance.now();
    expect((await stage.start(name)).started.map(String)).toEqual([name]);
    const took = performance.now() - began;
    if (name !== "none" && name !== "mcp") expect(took).toBeGreaterThan(250);
    const { state, ready } = await stage.status(name);
    expect(state.kind).toBe("running");
    expect(ready.kind).toBe(name === "none" ? "unknown" : "ready");
    if (name === "mcp") {
      expect(ready).toMatchObject({ mcp: { needsAuth: true } });
    }
  }
});

test("a server that is asked whether it listens hears a client leave, and no error", async () => {
  await using stage = await ServiceStage.start({
    web: `command "${process.execPath}" "-e" #"""
    require("net").createServer((socket) => {
      socket.on("error", ({ code }) => console.log(code));
      socket.on("close", () => console.log("left"));
    }).listen(process.env.PORT, "127.0.0.1");
    """#
port 0
ready { probe "tcp" }
health { interval "100ms" }
`,
  });
  await until(() => stage.logFile("web").split("left").length > 3);
  expect(stage.logFile("web")).not.toContain("ECONNRESET");
  expect(openSockets(stage.runner.pid, (await stage.status("web")).port))
    .toBeLessThan(3);
});

test("what is not ready in time is told with its last words, and tried again", async () => {
  await using stage = await ServiceStage.start({
    slow: `command "sh" "-c" "echo no database >&2; exec sleep 1000"
ready { probe "fd"; timeout "300ms" }
restart { backoff-initial "50ms"; max-retries-per-minute 1 }
autostart #false`,
    dies: `command "sh" "-c" "echo cannot bind >&2; exit 3"
ready { probe "fd" }
restart { policy "never" }
autostart #false`,
  });
  const { started, refused } = await stage.start("slow", "dies");
  expect(started).toEqual([]);
  expect(refused.map(({ name, kind, message }) => [name, kind, message]))
    .toEqual([
      [
        "dies" as never,
        "not_ready",
        "exited with code 3 before it was ready: cannot bind",
      ],
      [
        "slow" as never,
        "not_ready",
        "was not ready within 300 ms: no database",
      ],
    ]);
  expect((await stage.becomes("slow", "failed")).starts).toBe(2);
});

test("what cannot be started is told with the system's reason (B2)", async () => {
  await using stage = await ServiceStage.start({
    missing: 'command "no-such-program"\nautostart #false',
    path: 'command "./no/such"\nautostart #false',
    plain: `command "$HOME/plain"\nautostart #false`.replace(
      "$HOME",
      "/etc/passwd",
    ).replace("/plain", ""),
    dir: 'command "sleep" "1"\nworking-dir "~/nowhere"\nautostart #false',
    secret:
      'command "sleep" "1"\nsecrets { TOKEN "env:NOT_SET" }\nautostart #false',
  });
  const { refused } = await stage.runner.call("services_start", { all: true });
  expect(
    Object.fromEntries(refused.map(({ name, message }) => [name, message])),
  )
    .toEqual({
      missing: 'Cannot start "no-such-program": it is not on the PATH (ENOENT)',
      path: 'Cannot start "./no/such": there is no such program (ENOENT)',
      plain:
        'Cannot start "/etc/passwd": it may not be executed. Check its permissions (EACCES)',
      dir:
        `Cannot start "sleep": the working-dir "${stage.dir}/nowhere" is not there (ENOENT)`,
      secret: 'Cannot find the secret TOKEN: the variable "NOT_SET" is not set',
    });
  for (const { name, kind } of refused) {
    expect([await stage.state(name), kind]).toEqual(["failed", "spawn_failed"]);
  }
});

test("a lazy service runs while it is used, and stops when it is not", async () => {
  await using stage = await ServiceStage.start({
    lazy: `command "sleep" "1000"\nstart "lazy"\nidle-stop "500ms"`,
  });
  expect(await stage.state("lazy")).toBe("stopped");
  const touch = () => stage.runner.call("services_touch", { name: "lazy" });
  expect((await touch()).state.kind).toBe("running");
  const pid = await stage.pid("lazy");
  const used = performance.now() + 1_000;
  await until(async () => {
    await touch();
    return performance.now() > used;
  });
  expect(await stage.pid("lazy")).toBe(pid);
  await stage.becomes("lazy", "stopped");
  expect((await touch()).starts).toBe(2);
  await stage.stop("lazy");
  await expect(touch()).rejects.toThrow('Cannot use "lazy": it is stopped');
});
