import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCgroup } from "./cgroup.ts";

test("makeCgroup() sets the limits of version 2", () => {
  const root = mkdtempSync(join(tmpdir(), "cgroup-"));
  mkdirSync(join(root, "user"));
  writeFileSync(join(root, "user/cgroup.controllers"), "memory pids");
  try {
    const limits = { memoryBytes: 1_024, processes: 5 };
    const made = makeCgroup("web", limits, { root, own: "/user" });
    const dir = join(root, "user/hypivisor-web");
    expect(made).toEqual({ kind: "made", dir });
    const read = (file: string) => readFileSync(join(dir, file), "utf8");
    expect(read("memory.max")).toBe("1024");
    expect(read("pids.max")).toBe("5");
    makeCgroup("web", { processes: 7 }, { root, own: "/user" });
    expect(read("memory.max")).toBe("max");
    expect(read("pids.max")).toBe("7");
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("makeCgroup() touches nothing where there is no version 2", () => {
  const root = mkdtempSync(join(tmpdir(), "cgroup-"));
  try {
    expect(makeCgroup("web", { processes: 5 }, { root, own: "/" })).toEqual({
      kind: "none",
      warning: "Runs without its limits: no cgroup may be made (ENOENT)",
    });
    expect(existsSync(join(root, "cgroup.subtree_control"))).toBe(false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
