/**
 * The load of the terminal measurements: viewers as a page has them, which
 * read, type, interrupt and stall. Knows nothing of the processes behind.
 */

import {
  type TerminalViewerOptions,
  TestTerminalViewer,
} from "../../tests/harness/terminal_viewer.ts";
import { until } from "../../tests/harness/until.ts";
import { answerCalls } from "./load.ts";
import { asPrinted, PROMPT, type Text } from "./terminal_program.ts";
import { TtydViewer } from "./ttyd_viewer.ts";

const READ_WITHIN_MS = 60_000;
const KEY_EVERY_MS = 1;

/** By number, in the order they were opened. */
const viewers: (TestTerminalViewer | TtydViewer)[] = [];
const wrong: number[] = [];

const handlers = {
  /** @param url Of the daemon, without a path. @returns its number. */
  async open({ url, terminal, options }: {
    url: string;
    terminal: string;
    options?: TerminalViewerOptions;
  }) {
    const [origin = "", token] = url.split("?");
    const viewer = await TestTerminalViewer.open(
      (path) => `${origin}${path}&${token}`,
      terminal,
      options,
    );
    // The program says "R", or the shell its prompt, and then waits for keys.
    await until(() => viewer.taken > 0, { withinMs: 5_000 });
    return viewers.push(viewer) - 1;
  },

  /** The same of ttyd, which starts its command for each viewer. */
  async openTtyd({ url, offersDeflate }: {
    url: string;
    offersDeflate: boolean;
  }) {
    const viewer = new TtydViewer(url, { offersDeflate });
    await until(() => viewer.taken > 0, { withinMs: 5_000 });
    return viewers.push(viewer) - 1;
  },

  /** Types a line; ms until all viewers have taken so many bytes more. */
  async read({ viewers: numbers, bytes }: {
    viewers: readonly number[];
    bytes: number;
  }) {
    const all = numbers.map(viewerOf);
    const startedAt = performance.now();
    const reads = all.map((viewer) => {
      const goal = viewer.taken + bytes;
      return new Promise<void>((resolve) => {
        viewer.onBytes = ({ length }, offset) => {
          if (offset + length >= goal) resolve();
        };
      });
    });
    all[0]?.type("\n");
    const late = Bun.sleep(READ_WITHIN_MS).then(() => {
      throw new Error(`Only ${all.map(({ taken }) => taken)} of ${bytes}`);
    });
    await Promise.race([Promise.all(reads), late]);
    return performance.now() - startedAt;
  },

  type: ({ viewer, keys }: { viewer: number; keys: string }) =>
    viewerOf(viewer).type(keys),

  /** Types keys one after the other; us from each to its echo. */
  async echo({ viewer: number, count }: { viewer: number; count: number }) {
    const viewer = viewerOf(number);
    const us: number[] = [];
    for (let n = 0; n < count; n++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      viewer.onBytes = () => resolve();
      const startedAt = performance.now();
      viewer.type("x");
      await promise;
      us.push(1_000 * (performance.now() - startedAt));
      await Bun.sleep(KEY_EVERY_MS);
    }
    return us;
  },

  /** Types ^C; what passes until the screen has the prompt. */
  async interrupt({ viewer: number }: { viewer: number }) {
    const viewer = viewerOf(number);
    const { promise, resolve } = Promise.withResolvers<void>();
    let end = "";
    let staleBytes = 0;
    viewer.onBytes = (bytes) => {
      // A prompt may be cut in two: a piece of the last bytes is kept.
      const text = end + Buffer.from(bytes).toString("latin1");
      if (text.includes(PROMPT)) return resolve();
      staleBytes += bytes.length;
      end = text.slice(-PROMPT.length);
    };
    const startedAt = performance.now();
    viewer.type("\x03");
    await promise;
    return { ms: performance.now() - startedAt, staleBytes };
  },

  /** @returns how much each viewer's screen takes in that time. */
  async watch({ viewers: numbers, ms }: {
    viewers: readonly number[];
    ms: number;
  }) {
    const before = numbers.map((number) => viewerOf(number).taken);
    await Bun.sleep(ms);
    return numbers.map((number, n) =>
      viewerOf(number).taken - (before[n] ?? 0)
    );
  },

  /** From now on each byte is compared with the text, printed for ever. */
  verify({ viewer: number, text }: { viewer: number; text: Text }) {
    const viewer = viewerOf(number);
    const wanted = asPrinted(text);
    const from = viewer.taken;
    wrong[number] = 0;
    viewer.onBytes = (bytes, offset) => {
      let at = (offset - from) % wanted.length;
      for (let n = 0; n < bytes.length; at = 0) {
        const piece = bytes.subarray(n, n + wanted.length - at);
        const same = wanted.subarray(at, at + piece.length).equals(piece);
        if (!same) wrong[number] = (wrong[number] ?? 0) + 1;
        n += piece.length;
      }
    };
  },

  stall: ({ viewer }: { viewer: number }) => ownViewerOf(viewer).stall(),
  resume: ({ viewer }: { viewer: number }) => ownViewerOf(viewer).resume(),

  state({ viewer: number }: { viewer: number }) {
    const { taken, screens, closed } = ownViewerOf(number);
    return { taken, screens, closed, wrong: wrong[number] ?? 0 };
  },

  async close({ viewers: numbers }: { viewers: readonly number[] }) {
    for (const number of numbers) {
      await viewerOf(number)[Symbol.asyncDispose]();
    }
  },
};

export type TerminalLoad = typeof handlers;

answerCalls(handlers);

function viewerOf(number: number): TestTerminalViewer | TtydViewer {
  const viewer = viewers[number];
  if (viewer) return viewer;
  throw new Error(`No viewer ${number}`);
}

function ownViewerOf(number: number): TestTerminalViewer {
  const viewer = viewerOf(number);
  if (viewer instanceof TestTerminalViewer) return viewer;
  throw new Error(`Viewer ${number} is one of ttyd`);
}
