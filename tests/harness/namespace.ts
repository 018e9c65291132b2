/**
 * Another machine, as far as the network can tell: a namespace of its own that
 * is joined to this one by one cable, which can be pulled.
 *
 * What runs in it can dial out and cannot be dialled, as behind NAT: answers
 * of whatever might listen there have nowhere to go. Linux, and the right to
 * make namespaces (root); where that is missing, making one fails and says so.
 */

/** A hexadecimal name keeps the names of interfaces below their 15 letters. */
const NAME_BYTES = 3;

/** Ports that dialling uses there; everything below cannot answer. */
const DIALS_FROM = 40_000;
const DIALS_TO = 59_999;

export class Namespace implements AsyncDisposable {
  readonly #name: string;
  /** Of this side of the cable: where the other machine finds us. */
  readonly address: string;
  /** Of the other machine. */
  readonly theirAddress: string;

  private constructor(name: string, net: string) {
    this.#name = name;
    this.address = `${net}.1`;
    this.theirAddress = `${net}.2`;
  }

  /** @throws {Error} that says what is needed, where it cannot be made. */
  static async make(): Promise<Namespace> {
    const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
    const [a = 0, b = 0] = bytes;
    // A part of 10/8 that few networks use: two of a run must not meet.
    const net = `10.${200 + a % 50}.${b}`;
    const namespace = new Namespace(`hv${bytes.toHex()}`, net);
    try {
      await namespace.#build();
    } catch (cause) {
      await namespace[Symbol.asyncDispose]();
      throw new Error(
        "Cannot make a network namespace: this test needs Linux, the command " +
          `"ip" and root (or CAP_NET_ADMIN and CAP_SYS_ADMIN): ${
            (cause as Error).message
          }`,
        { cause },
      );
    }
    return namespace;
  }

  /** What to run so that `argv` runs there. Same process, same terminal. */
  command(argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.#name, ...argv];
  }

  /** From now on nothing passes, in silence, as with a cable pulled. */
  async pull(): Promise<void> {
    await ip("link", "set", this.#cable, "down");
  }

  async plug(): Promise<void> {
    await ip("link", "set", this.#cable, "up");
  }

  /** Removes it; the cable goes with it. What runs there is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await ip("netns", "del", this.#name).catch(() => {
      // It was never made, or is gone: either way it is not left behind.
    });
    await ip("link", "del", this.#cable).catch(() => {
      // Gone with its other end.
    });
  }

  get #cable(): string {
    return `${this.#name}-a`;
  }

  async #build(): Promise<void> {
    const there = `${this.#name}-b`;
    const inside = ["-n", this.#name];
    await ip("netns", "add", this.#name);
    await ip("link", "add", this.#cable, "type", "veth", "peer", "name", there);
    await ip("link", "set", there, "netns", this.#name);
    await ip("addr", "add", `${this.address}/30`, "dev", this.#cable);
    await ip("link", "set", this.#cable, "up");
    const theirs = `${this.theirAddress}/30`;
    await ip(...inside, "addr", "add", theirs, "dev", there);
    await ip(...inside, "link", "set", there, "up");
    await ip(...inside, "link", "set", "lo", "up");
    await run(this.command([
      "sh",
      "-c",
      `echo ${DIALS_FROM} ${DIALS_TO} > /proc/sys/net/ipv4/ip_local_port_range`,
    ]));
    const rule = ["rule", "add", "pref", "10", "ipproto", "tcp"];
    const ports = `1-${DIALS_FROM - 1}`;
    await ip(...inside, ...rule, "sport", ports, "blackhole");
  }
}

function ip(...args: string[]): Promise<void> {
  return run(["ip", ...args]);
}

async function run(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { stdout: "ignore", stderr: "pipe" });
  const [code, stderr] = await Promise.all([
    child.exited,
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) {
    throw new Error(`"${command.join(" ")}" failed: ${stderr.trim()}`);
  }
}
