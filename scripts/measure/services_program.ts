/**
 * The program that every supervisor runs, and the socket where it says that it
 * is up and is told what to do. Knows no supervisor.
 */

import { join } from "node:path";

const UP_WITHIN_MS = 30_000;

/**
 * A line at a time, as most loggers write so that nothing is late, or as the C
 * library gathers them, 4 KiB at a time.
 */
export type Printing = "lines" | "blocks";

/** One process of it. */
export interface Program {
  /** When it began, by the kernel's clock that all of them look at. */
  readonly beganNs: number;
  /** Has it killed. Resolves to when it was, by the same clock. */
  crash(): Promise<number>;
  /** Has it print so many numbered lines. */
  print(how: Printing, lines: number): void;
}

/** What is known of a connection. */
interface Said {
  /** Of its last line, the part that has come. */
  rest: string;
  name: string;
  down: PromiseWithResolvers<number>;
}

type Peer = Bun.Socket<Said>;

export class Programs implements Disposable {
  readonly #file: string;
  readonly #socketPath: string;
  readonly #listener: Bun.UnixSocketListener<Said>;
  readonly #up = new Map<string, Program>();
  /** Resolves when the next one is up. */
  #news = Promise.withResolvers<void>();

  private constructor(folder: string) {
    this.#file = join(folder, "program");
    this.#socketPath = join(folder, "programs.sock");
    this.#listener = Bun.listen<Said>({
      unix: this.#socketPath,
      socket: {
        open(socket) {
          const down = Promise.withResolvers<number>();
          socket.data = { rest: "", name: "", down };
        },
        data: (socket, bytes) => this.#hear(socket, bytes),
      },
    });
  }

  /** Compiles it. @throws {Error} without a C compiler. */
  static async make(folder: string): Promise<Programs> {
    const programs = new Programs(folder);
    const source = join(import.meta.dir, "services_program.c");
    const child = Bun.spawn(["cc", "-O2", "-o", programs.#file, source], {
      stdout: 2,
      stderr: 2,
    });
    if (await child.exited === 0) return programs;
    throw new Error("Cannot compile the program");
  }

  command(name: string): readonly [string, string, string] {
    return [this.#file, this.#socketPath, name];
  }

  /** Resolves when one of each name has said that it is up, since `forget`. */
  async areUp(names: readonly string[]): Promise<readonly Program[]> {
    const missing = () => names.filter((name) => !this.#up.has(name));
    const late = setTimeout(
      () => this.#news.reject(new Error(`Not up: ${missing().join(", ")}`)),
      UP_WITHIN_MS,
    );
    // To the millisecond: this is what is measured.
    while (missing().length > 0) await this.#news.promise;
    clearTimeout(late);
    return names.flatMap((name) => this.#up.get(name) ?? []);
  }

  async isUp(name: string): Promise<Program> {
    const [program] = await this.areUp([name]);
    if (program) return program;
    throw new Error(`Cannot find "${name}"`);
  }

  /** What was up before is not what will be waited for. */
  forget(): void {
    this.#up.clear();
  }

  #hear(socket: Peer, bytes: Uint8Array): void {
    const lines = (socket.data.rest + new TextDecoder().decode(bytes))
      .split("\n");
    socket.data.rest = lines.pop() ?? "";
    for (const line of lines) this.#take(socket, line.split(" "));
  }

  #take(socket: Peer, [what, ...values]: string[]): void {
    const { down } = socket.data;
    if (what === "down") return down.resolve(Number(values[0]));
    const [name = "", , beganNs] = values;
    this.#up.set(name, {
      beganNs: Number(beganNs),
      crash: () => {
        this.#up.delete(name);
        socket.write("crash\n");
        return down.promise;
      },
      print: (how, lines) => void socket.write(`${how} ${lines}\n`),
    });
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}
