/**
 * Ports for tests of what must be told a port beforehand.
 *
 * Below those that the kernel gives to whoever asks for any: between our look
 * and the use of it, nobody else is given the same.
 */

/** Linux gives away 32768 and above, other systems 49152. */
const FIRST = 20_000;
const LAST = 32_000;

/** A port that nobody has at the moment. */
export function freePort(): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    try {
      const listener = Bun.listen({
        hostname: "127.0.0.1",
        port,
        socket: { data() {} },
      });
      listener.stop(true);
      return port;
    } catch {
      // Somebody has it: another one.
    }
  }
}
