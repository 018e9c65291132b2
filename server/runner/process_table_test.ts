import { expect, test } from "bun:test";
import { isMarked, parsePs, parseStat } from "./process_table.ts";

const STAT =
  "4242 (a b) c) S 4100 4200 4100 34817 4242 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2";

test("parseStat() reads past a name with spaces and brackets", () => {
  expect(parseStat(STAT)).toEqual({
    pid: 4242,
    group: 4200,
    session: 4100,
    startedAt: "987654",
    isZombie: false,
    environment: undefined,
  });
  expect(parseStat(STAT.replace(") S", ") Z"))?.isZombie).toBe(true);
  expect(parseStat("")).toBeUndefined();
  expect(parseStat("nonsense")).toBeUndefined();
});

const PS =
  `  501   500 S    Wed Nov 25 13:55:01 2026     /bin/zsh -l A=1 HYPIVISOR_TERMINAL=t1 HOME=/x
 7002  7002 Z    Thu Nov 26 01:02:03 2026     (sleep)
`;

test("parsePs() reads what macOS prints, environment and all", () => {
  const [shell, sleep] = parsePs(PS);

  expect(shell).toMatchObject({
    pid: 501,
    group: 500,
    session: 0,
    startedAt: "Wed Nov 25 13:55:01 2026",
    isZombie: false,
  });
  expect(sleep).toMatchObject({ pid: 7002, isZombie: true });
});

test("isMarked() takes the whole id, and only as a variable's value", () => {
  const of = (environment: string) => ({
    ...parseStat(STAT)!,
    environment,
  });
  const terminals = new Set(["t1"]);

  expect(isMarked(of("A=1\0HYPIVISOR_TERMINAL=t1\0B=2"), terminals)).toBe(true);
  expect(isMarked(of("HYPIVISOR_TERMINAL=t1"), terminals)).toBe(true);
  expect(isMarked(of("HYPIVISOR_TERMINAL=t12\0"), terminals)).toBe(false);
  expect(isMarked(of("HYPIVISOR_TERMINAL=\0"), terminals)).toBe(false);
  expect(isMarked(of("HOME=/x"), terminals)).toBe(false);
});
