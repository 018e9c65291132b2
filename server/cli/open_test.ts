import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { browserCommand } from "./open.ts";

test("a browser is opened where there is a screen, as the person chose", () => {
  assertEquals(browserCommand({ BROWSER: "lynx" }, "linux"), ["lynx"]);
  assertEquals(browserCommand({}, "darwin"), ["open"]);
  assertEquals(browserCommand({}, "win32"), ["cmd", "/c", "start", ""]);
  assertEquals(browserCommand({}, "linux"), undefined);
});
