import { expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_MAX_BYTES, faultsOf, readFolder } from "./folder.ts";

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "services-"));
  return {
    folder,
    write: (name: string, text: string | Uint8Array) =>
      writeFileSync(join(folder, name), text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test("readFolder() takes a folder that is not there for an empty one", async () => {
  using made = makeFolder();
  const read = await readFolder(join(made.folder, "none"), "/home/ada");
  expect(read).toEqual({ services: [], faults: [] });
});

test("readFolder() reads nine good files beside a bad one (B45)", async () => {
  using made = makeFolder();
  for (let i = 0; i < 9; i++) made.write(`good-${i}.kdl`, 'command "true"');
  made.write("bad.kdl", "command {");
  made.write(".hidden.kdl", "an editor's own");
  made.write("notes.txt", "no service");
  const { services } = await readFolder(made.folder, "/home/ada");
  expect(services.filter((one) => one.ok)).toHaveLength(9);
  expect(services.filter((one) => !one.ok)).toHaveLength(1);
});

test("readFolder() opens nothing that is not a file of a service's size (1.3)", async () => {
  using made = makeFolder();
  const { folder } = made;
  made.write("big.kdl", new Uint8Array(10_000_000).fill(97));
  made.write("just.kdl", `command "a"${" ".repeat(CONFIG_MAX_BYTES - 11)}`);
  made.write("bytes.kdl", new Uint8Array([0xff, 0xfe, 0x00]));
  mkdirSync(join(folder, "dir.kdl"));
  Bun.spawnSync(["mkfifo", join(folder, "fifo.kdl")]);
  symlinkSync("loop.kdl", join(folder, "loop.kdl"));
  symlinkSync("/dev/zero", join(folder, "zero.kdl"));
  symlinkSync("nowhere", join(folder, "nowhere.kdl"));
  symlinkSync("just.kdl", join(folder, "link.kdl"));

  const read = await readFolder(folder, "/home/ada");
  const found = faultsOf(read).map(({ file, message }) => {
    const prefix = `failed to read ${file}: `;
    expect(message).toStartWith(prefix);
    return message.slice(prefix.length);
  });
  expect(found).toEqual([
    `larger than ${CONFIG_MAX_BYTES} bytes`,
    "stream did not contain valid UTF-8",
    "not a regular file",
    "not a regular file",
    "ELOOP: too many symbolic links encountered",
    "ENOENT: no such file or directory",
    "not a regular file",
  ]);
  const good = read.services.flatMap((one) => one.ok ? one.config.name : []);
  expect(good.map(String)).toEqual(["just", "link"]);
});

test("readFolder() says what is wrong with the folder itself", async () => {
  using made = makeFolder();
  made.write("file", "");
  const place = join(made.folder, "file");
  const read = await readFolder(place, "/home/ada");
  expect(read.faults.map(({ message }) => message)).toEqual([
    `failed to read ${place}: ENOTDIR: not a directory`,
  ]);
});
