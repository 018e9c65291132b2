import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { formatOf } from "./release_targets.ts";

/** A file head with these bytes at these places, zero elsewhere. */
function head(at: Record<number, readonly number[]>): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const [place, values] of Object.entries(at)) {
    bytes.set(values, Number(place));
  }
  return bytes;
}

const ELF = [0x7f, 0x45, 0x4c, 0x46];
const MACHO = [0xcf, 0xfa, 0xed, 0xfe];
const MUSL = [...new TextEncoder().encode("/lib/ld-musl-x86_64.so.1")];

test("formatOf() reads platform, processor and C library", () => {
  assertEquals(formatOf(head({ 0: ELF, 18: [0x3e, 0] })), "elf-x64");
  assertEquals(formatOf(head({ 0: ELF, 18: [0xb7, 0] })), "elf-arm64");
  assertEquals(
    formatOf(head({ 0: ELF, 18: [0x3e, 0], 100: MUSL })),
    "elf-x64-musl",
  );
  assertEquals(formatOf(head({ 0: MACHO, 4: [7, 0, 0, 1] })), "macho-x64");
  assertEquals(formatOf(head({ 0: MACHO, 4: [12, 0, 0, 1] })), "macho-arm64");
  assertEquals(
    formatOf(head({
      0: [0x4d, 0x5a],
      0x3c: [128],
      128: [0x50, 0x45, 0, 0, 0x64, 0x86],
    })),
    "pe-x64",
  );
});

test("formatOf() knows nothing of a script, a stub or an empty file", () => {
  assertEquals(formatOf(new TextEncoder().encode("#!/bin/sh\n")), "unknown");
  assertEquals(formatOf(head({ 0: [0x4d, 0x5a], 0x3c: [255] })), "unknown");
  assertEquals(formatOf(new Uint8Array()), "unknown");
});
