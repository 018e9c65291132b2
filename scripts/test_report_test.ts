import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { readReport } from "./test_report.ts";

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="5" failures="1" skipped="2">
  <testsuite name="a_test.ts" file="server/a_test.ts" tests="4">
    <testcase name="one" classname="" time="0.1" file="server/a_test.ts" />
    <testcase name="two (skipped: no &quot;pi&quot;)" classname="">
      <skipped />
    </testcase>
    <testcase name="three" classname="">
      <skipped message="TODO" />
    </testcase>
    <testcase name="four" classname="" file="server/a_test.ts">
      <failure type="Error" message="x &lt; 4&#10;seen: 5">Error: x</failure>
    </testcase>
    <testsuite name="d" file="server/a_test.ts" line="2">
      <testcase name="five" classname="d" />
    </testsuite>
  </testsuite>
</testsuites>`;

test("readReport() counts a skipped test as failed unless it says why", () => {
  assertEquals(readReport(XML, ["server/a_test.ts"], 1), {
    passed: 2,
    failed: 2,
    failures: [
      "three: skipped, without saying why",
      "server/a_test.ts: four\nx < 4\nseen: 5",
    ],
    skipped: [
      { name: 'two (skipped: no "pi")', reason: 'no "pi"' },
      { name: "three", reason: undefined },
    ],
  });
});

test("readReport() counts a file that left no trace as failed", () => {
  const files = ["server/a_test.ts", "server/b_test.ts"];

  const { failed, failures } = readReport(XML, files, 1);
  assertEquals(failed, 3);
  assertEquals(
    failures.at(-1),
    "server/b_test.ts: left no trace in the report",
  );
  assertEquals(readReport("", files, 1).failed, 2);
});

test("readReport() believes the exit code over a report without failures", () => {
  const xml = '<testsuite file="a_test.ts"><testcase name="one" /></testsuite>';

  assertEquals(readReport(xml, ["a_test.ts"], 0).failed, 0);
  assertEquals(readReport(xml, ["a_test.ts"], 139).failed, 1);
});
