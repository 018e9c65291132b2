import { expect, test } from "bun:test";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TerminalId } from "../protocol/terminal.ts";
import { type ChildRecord, ChildRecords } from "./child_record.ts";

const started = (pid: number): ChildRecord => ({
  terminal: `t-${pid}` as TerminalId,
  bootId: "b",
  pid,
  startedAt: "3",
});
const ABOUT_TO_START = { terminal: "t-1" as TerminalId, bootId: "b" };

/** A folder, and what the next runner finds in it. */
function makeFolder() {
  const dir = mkdtempSync(join(tmpdir(), "child-record-"));
  return {
    dir,
    file: join(dir, "children.jsonl"),
    left: () => new ChildRecords(dir).readAll(),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}

test("ChildRecords has what was last known of a child, until it is over", () => {
  using folder = makeFolder();
  const records = new ChildRecords(folder.dir);
  expect(statSync(folder.file).mode & 0o777).toBe(0o600);
  const [one, other] = [ABOUT_TO_START, started(2)].map((record) =>
    records.add(record)
  );
  expect(folder.left()).toEqual([ABOUT_TO_START, started(2)]);
  one?.update(started(1));
  expect(folder.left()).toEqual([started(1), started(2)]);
  expect([...records.pids()]).toEqual([1, 2]);
  other?.remove();
  expect(folder.left()).toEqual([started(1)]);
  expect([...records.pids()]).toEqual([1]);
});

test("ChildRecords loses nothing but a line that was torn", () => {
  using folder = makeFolder();
  const records = new ChildRecords(folder.dir);
  const entry = records.add(ABOUT_TO_START);
  appendFileSync(folder.file, '{"child":1,"rec');
  expect(folder.left()).toEqual([ABOUT_TO_START]);
  entry.update(started(1));
  expect(folder.left()).toEqual([started(1)]);
});

test("ChildRecords.clear() forgets what was left", () => {
  using folder = makeFolder();
  new ChildRecords(folder.dir).add(started(1));
  const next = new ChildRecords(folder.dir);
  next.clear();
  expect(folder.left()).toEqual([]);
  next.add(started(2));
  expect(folder.left()).toEqual([started(2)]);
});

test("ChildRecords keeps its file small, and all that goes on in it", () => {
  using folder = makeFolder();
  const records = new ChildRecords(folder.dir);
  records.add(started(1));
  for (let n = 0; n < 10_000; n++) records.add(started(2)).remove();
  records.add(started(3));
  expect(readFileSync(folder.file).length).toBeLessThan(1.1 * 1024 * 1024);
  expect(statSync(folder.file).mode & 0o777).toBe(0o600);
  expect(folder.left()).toEqual([started(1), started(3)]);
});
