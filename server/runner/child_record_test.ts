import { expect, test } from "bun:test";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TerminalId } from "../protocol/terminal.ts";
import { ChildRecords } from "./child_record.ts";

const ABOUT_TO_START = { terminal: "a" as TerminalId, bootId: "b" };
const STARTED = { ...ABOUT_TO_START, pid: 12, startedAt: "3" };

/** A folder with the record of one child, which only this user may read. */
function oneChild() {
  const dir = mkdtempSync(join(tmpdir(), "child-record-"));
  const records = new ChildRecords(dir);
  const entry = records.add(ABOUT_TO_START);
  const [name = ""] = readdirSync(join(dir, "children"));
  const file = join(dir, "children", name);
  return {
    records,
    entry,
    file,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true }),
  };
}

test("ChildRecords has what was last known of a child, until it is over", () => {
  using child = oneChild();
  const { records, entry, file } = child;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(records.readAll()).toEqual([ABOUT_TO_START]);
  entry.update(STARTED);
  expect(records.readAll()).toEqual([STARTED]);
  expect([...records.pids()]).toEqual([12]);
  entry.remove();
  expect(records.readAll()).toEqual([]);
  expect(records.pids().size).toBe(0);
});

test("ChildRecords goes by what is whole of a record", () => {
  using child = oneChild();
  const { records, file } = child;
  appendFileSync(file, JSON.stringify(STARTED).slice(0, 20));
  expect(records.readAll()).toEqual([ABOUT_TO_START]);
});
