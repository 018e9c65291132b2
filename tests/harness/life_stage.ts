import type { ServiceRules } from "../../server/runner/services/config/config.ts";
import { readConfig } from "../../server/runner/services/config/read_config.ts";
import { Life } from "../../server/runner/services/life/life.ts";

/** A life on a clock of its own, and what it asked for. */
export class Stage {
  nowMs = 0;
  readonly asked: string[] = [];
  readonly life: Life;
  run = 0;

  constructor(text = "") {
    this.life = new Life({
      rules: rulesOf(text),
      desired: "down",
      now: this.now,
      random: () => 0.5,
      asks: {
        spawn: (run) => {
          this.run = run;
          this.asked.push("spawn");
        },
        end: (_run, isNow) => void this.asked.push(isNow ? "kill" : "end"),
        whyNotReady: () => undefined,
        changed: () => {},
      },
    });
  }

  get now() {
    return { ms: this.nowMs, at: 1_000_000 + this.nowMs };
  }

  get state(): string {
    return this.life.facts(this.now).state.kind;
  }

  /** Starts it and says that the process is there. */
  up(by: "person" | "boot" = "person"): void {
    this.life.start(by, this.now);
    this.spawned();
  }

  spawned(): void {
    this.life.spawned(this.run, 100 + this.run, this.now);
  }

  exit(code: number, isEmpty = true): void {
    const exit = { at: this.now.at, code };
    this.life.exited(this.run, exit, { now: this.now, isEmpty });
  }

  emptied(): void {
    this.life.emptied(this.run, this.now);
  }

  /** Lets time pass to the next thing to do; returns how long that took. */
  wake(): number {
    const { wakeAtMs } = this.life;
    if (wakeAtMs === undefined) throw new Error("Nothing to wait for");
    const passed = wakeAtMs - this.nowMs;
    this.nowMs = wakeAtMs;
    this.life.tick(this.now);
    return passed;
  }

  /** Dies at once, again and again: the delays until it is failed. */
  dieUntilFailed(most = 20): number[] {
    const delays: number[] = [];
    while (delays.length < most) {
      this.exit(1);
      if (this.state === "failed") return delays;
      delays.push(this.life.wakeAtMs === undefined ? 0 : this.wake());
      this.spawned();
    }
    return delays;
  }
}

export function rulesOf(text: string): ServiceRules {
  const file = { name: "x", file: "/x.kdl", text: `command "x"\n${text}` };
  const read = readConfig(file, "/home/ada");
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.config.rules;
}
