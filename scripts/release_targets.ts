/**
 * The platforms that are released, and how a file shows which one it is for.
 *
 * A foreign runtime comes from the package registry that Bun is set up with; it
 * is fetched once per version and kept in Bun's own cache.
 */

export interface ReleaseTarget {
  readonly file: string;
  readonly target: Bun.Build.CompileTarget;
  readonly format: Format;
}

export type Format =
  | "elf-x64"
  | "elf-arm64"
  | "elf-x64-musl"
  | "elf-arm64-musl"
  | "macho-x64"
  | "macho-arm64"
  | "pe-x64"
  | "unknown";

export const TARGETS: readonly ReleaseTarget[] = [
  {
    file: "hypivisor-linux-x64",
    target: "bun-linux-x64",
    format: "elf-x64",
  },
  {
    // Processors before 2013, and virtual machines that hide AVX2.
    file: "hypivisor-linux-x64-baseline",
    target: "bun-linux-x64-baseline",
    format: "elf-x64",
  },
  {
    file: "hypivisor-linux-arm64",
    target: "bun-linux-arm64",
    format: "elf-arm64",
  },
  {
    file: "hypivisor-linux-x64-musl",
    target: "bun-linux-x64-musl",
    format: "elf-x64-musl",
  },
  {
    file: "hypivisor-linux-arm64-musl",
    target: "bun-linux-arm64-musl",
    format: "elf-arm64-musl",
  },
  {
    // Carries the signature of Bun's own runtime, whose hashes no longer fit
    // (Bun 1.4.5): sign again on a Mac before publishing.
    file: "hypivisor-darwin-x64",
    target: "bun-darwin-x64",
    format: "macho-x64",
  },
  {
    file: "hypivisor-darwin-arm64",
    target: "bun-darwin-arm64",
    format: "macho-arm64",
  },
  {
    file: "hypivisor-windows-x64.exe",
    target: "bun-windows-x64",
    format: "pe-x64",
  },
];

/** Reads platform and processor from the first bytes; 8 KiB are enough. */
export function formatOf(head: Uint8Array): Format {
  if (head.length < 64) return "unknown";
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  switch (view.getUint32(0)) {
    case 0x7f454c46: // "\x7fELF"
      return elf(view, head);
    case 0xcffaedfe: // Mach-O, 64 bits, little endian
      return macho(view);
  }
  return view.getUint16(0) === 0x4d5a ? pe(view) : "unknown"; // "MZ"
}

function elf(view: DataView, head: Uint8Array): Format {
  const musl = new TextDecoder("latin1").decode(head).includes("/ld-musl-");
  switch (view.getUint16(18, true)) {
    case 0x3e:
      return musl ? "elf-x64-musl" : "elf-x64";
    case 0xb7:
      return musl ? "elf-arm64-musl" : "elf-arm64";
  }
  return "unknown";
}

function macho(view: DataView): Format {
  switch (view.getUint32(4, true)) {
    case 0x0100_0007:
      return "macho-x64";
    case 0x0100_000c:
      return "macho-arm64";
  }
  return "unknown";
}

function pe(view: DataView): Format {
  const at = view.getUint32(0x3c, true);
  if (at + 6 > view.byteLength) return "unknown";
  const isX64 = view.getUint32(at) === 0x5045_0000 && // "PE\0\0"
    view.getUint16(at + 4, true) === 0x8664;
  return isX64 ? "pe-x64" : "unknown";
}
