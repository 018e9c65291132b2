/**
 * The least that reading a pty can cost in Bun: `raw_pty.c` again, with the
 * same arguments and the same line of JSON on stdout, on Bun's own pty.
 */

const [how, number, ...command] = process.argv.slice(2);
const count = Number(number);
const decoder = new TextDecoder();

let heard = (_bytes: Uint8Array): void => {};
const ready = Promise.withResolvers<void>();
let said = "";
heard = (bytes) => {
  said += decoder.decode(bytes);
  if (said.endsWith("R")) ready.resolve();
};
const child = Bun.spawn(command, {
  terminal: { cols: 80, rows: 24, data: (_pty, bytes) => heard(bytes) },
});
await ready.promise;
const found = how === "read" ? await readAll() : await echoKeys();
process.stdout.write(JSON.stringify(found) + "\n");
child.kill("SIGKILL");
await child.exited;

async function readAll() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [bytes, reads] = [0, 0];
  heard = ({ length }) => {
    bytes += length;
    reads++;
    if (bytes >= count) resolve();
  };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  child.terminal?.write("\n");
  await promise;
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { bytes, reads, ms, cpuMs: (user + system) / 1_000 };
}

async function echoKeys() {
  const us: number[] = [];
  for (let n = 0; n < count; n++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    heard = () => resolve();
    const startedAt = performance.now();
    child.terminal?.write("x");
    await promise;
    us.push(1_000 * (performance.now() - startedAt));
    await Bun.sleep(1);
  }
  return { us };
}
