import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Credentials } from "./credential.ts";

const URL_ = "http://127.0.0.1/x";

function check(
  credentials: Credentials,
  headers: Record<string, string>,
  query = "",
  now = 0,
) {
  return credentials.check(new Headers(headers), URL_ + query, now);
}

test("Credentials.check() tells good, missing and wrong apart", () => {
  const credentials = new Credentials("a+b%20c d");
  assertEquals(check(credentials, {}), "missing");
  assertEquals(check(credentials, {}, "?token="), "missing");
  assertEquals(check(credentials, {}, "?token=x"), "wrong");
  assertEquals(check(credentials, { authorization: "Basic x" }), "missing");
  assertEquals(check(credentials, { authorization: "Bearer x" }), "wrong");
  assertEquals(
    check(credentials, { authorization: "bearer  a+b%20c d" }),
    "good",
  );
  assertEquals(check(credentials, {}, "?token=a%2Bb%2520c+d"), "good");
  assertEquals(check(credentials, {}, "?token=a%2Bb%2520c%20d"), "good");
  // The first one counts, as in the original.
  assertEquals(check(credentials, {}, "?token=x&token=a%2Bb%2520c+d"), "wrong");
  assertEquals(check(credentials, {}, "?xtoken=a"), "missing");
});

test("Credentials.check() takes a cookie until it is too old, or changed", () => {
  const credentials = new Credentials("secret-token");
  const cookie = credentials.makeCookie(0, false).split(";")[0] ?? "";
  const month = 30 * 24 * 3_600_000;

  assertEquals(check(credentials, { cookie }), "good");
  assertEquals(check(credentials, { cookie: `a=b; ${cookie}; c=d` }), "good");
  assertEquals(check(credentials, { cookie }, "", month + 1_000), "missing");
  const [name = "", value = ""] = cookie.split("=");
  const [expires, ...rest] = value.split(".");
  for (
    const forged of [
      `${name}=${Number(expires) + 1}.${rest.join(".")}`,
      `${name}=${value.slice(0, -4)}`,
      `${name}=`,
      `${name}=..`,
      `other_${value}`,
    ]
  ) assertEquals(check(credentials, { cookie: forged }), "missing", forged);
  assertEquals(check(new Credentials("another-one"), { cookie }), "missing");
});

test("Credentials without a token let everybody in, with no secret to tell", () => {
  const open = new Credentials(undefined);
  assertEquals(check(open, {}), "good");
  assertEquals(open.isOpen, true);
  assertEquals(open.isToken(""), false);
});
