import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { safeHref } from "./link.ts";

test("safeHref() lets through what a browser may open", () => {
  assertEquals(safeHref("https://a.test/x?y#z"), "https://a.test/x?y#z");
  assertEquals(safeHref("http://a.test"), "http://a.test/");
  assertEquals(safeHref("mailto:ada@a.test"), "mailto:ada@a.test");
});

test("safeHref() holds back everything else", () => {
  const bad = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " java\nscript:alert(1)",
    "\u0000javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://a.test/x",
    "//a.test/x",
    "/settings",
    "src/a.ts",
    "#top",
    "",
  ];
  for (const href of bad) assertEquals(safeHref(href), undefined, href);
});
