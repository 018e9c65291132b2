import { test } from "bun:test";
import { assertEquals, assertThrows } from "@std/assert";
import { partsOf } from "./attachments.ts";

function base64(data: string | Uint8Array): string {
  return Buffer.from(data).toString("base64");
}

test("partsOf() makes images of images and text of text", () => {
  const parts = partsOf([
    { name: "a.png", mimeType: "image/png", data: "AAAA" },
    { name: "b.md", mimeType: "text/markdown", data: base64("# Hé") },
  ]);
  assertEquals(parts, [
    { type: "image", data: "AAAA", mimeType: "image/png" },
    { type: "text", text: "[File: b.md]\n# Hé" },
  ]);
});

test("partsOf() refuses what is neither, and what is too much", () => {
  const binary = base64(new Uint8Array([0xff, 0xfe, 0x00]));
  const mimeType = "application/zip";
  assertThrows(
    () => partsOf([{ name: "c.zip", mimeType, data: binary }]),
    Error,
    'Cannot attach "c.zip"',
  );
  const half = base64("x".repeat(6 * 1024 * 1024));
  const text = { name: "d", mimeType: "text/plain", data: half };
  partsOf([text]);
  assertThrows(() => partsOf([text, text]), Error, "10 MiB");
});
