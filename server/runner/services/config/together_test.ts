import { expect, test } from "bun:test";
import { readConfig } from "./read_config.ts";
import { checkTogether } from "./together.ts";

/** Faults and warnings by name, of files given as texts. */
function check(files: Readonly<Record<string, string>>) {
  const read = Object.keys(files).sort().map((name) =>
    readConfig(
      { name, file: `/etc/${name}.kdl`, text: files[name] ?? "" },
      "/home/ada",
    )
  );
  return Object.fromEntries(
    checkTogether(read).map((one) =>
      one.ok ? [one.config.name, one.config.warnings] : [
        one.name,
        one.faults.map((f) => `${f.line}:${f.column} ${f.message}`),
      ]
    ),
  );
}

test("checkTogether() names both that declare one port, always alike (B57)", () => {
  const two = {
    beta: 'command "b"\nport 8421',
    alpha: 'command "a"\nport 8421',
    gamma: 'command "c"; port 0',
    delta: 'command "d"; port 0',
  };
  expect(check(two)).toEqual({
    alpha: [],
    beta: ["2:1 duplicate port 8421 declared by both `alpha` and `beta`"],
    gamma: [],
    delta: [],
  });
});

test("checkTogether() refuses a circle and lets who waits for it be", () => {
  const found = check({
    a: 'command "a"\nafter "b"',
    b: 'command "b"; after "c"',
    c: 'command "c"; after "a"',
    d: 'command "d"; after "a"',
    e: 'command "e"; after "e"',
  });
  expect(found.a).toEqual([
    "2:1 `after` goes in a circle: `a` waits for `b` waits for `c` waits for `a`",
  ]);
  expect(found.b?.[0]).toContain("`b` waits for `c`");
  expect(found.d).toEqual([]);
  expect(found.e?.[0]).toContain("`e` waits for `e`");
});

test("checkTogether() warns of a name that is not there", () => {
  expect(check({ a: 'command "a"; after "db"' })).toEqual({
    a: ["Waits for `db`, which is not there"],
  });
});

test("what may be meant, and most likely is not, is warned of", () => {
  expect(check({
    lazy: 'command "a"; start "lazy"',
    ported: 'command "a" "{port}"; port 0; start "lazy"',
    stdio: 'command "a"; transport "stdio"; start "lazy"',
    unported: 'command "a" "--url=:{port}"',
  })).toEqual({
    lazy: [
      'with `start "lazy"` no client can start it: it has no `port`, nor `transport "stdio"`',
    ],
    ported: [],
    stdio: [],
    unported: ["`{port}` stays as it is: it has no `port`"],
  });
});
