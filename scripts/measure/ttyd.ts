/**
 * What is asked of a terminal in terms of ttyd, where no ttyd can be had.
 *
 * Debian 12 and the package registries have none. The bounds are what ttyd
 * 1.7.7 reached of a bare pty on the same kernel, two noisy cores, medians of
 * five alternating rounds; the figures beside them are measured here and now
 * against a bare pty, which is the yardstick.
 */

/** MiB/s: ttyd, ttyd with compression, and Bun's bare pty, on that day. */
const [PLAIN, DEFLATED, BARE] = [40.4, 16.2, 57.8];
/** us at p50: ttyd and Bun's bare pty, through `cat` and by the tty. */
const [CAT, BARE_CAT, TTY, BARE_TTY] = [67, 39, 74, 21];
const CPU_MS_PER_MIB = 10.3;

export const TTYD = {
  why: "yardstick: a bare pty in C and in Bun (no ttyd to be had), " +
    "bounds: what ttyd once reached of it",
  /** At least ttyd's rate. */
  rate: twoDigits(PLAIN / BARE),
  /** Three times its rate when compression is offered, as browsers do. */
  rateDeflated: twoDigits(3 * DEFLATED / BARE),
  /** 0.8 of its cost. */
  cpuMsPerMib: twoDigits(0.8 * CPU_MS_PER_MIB),
  /** 1.25 of its time from a key to its echo. */
  echoCat: twoDigits(1.25 * CAT / BARE_CAT),
  echoTty: twoDigits(1.25 * TTY / BARE_TTY),
} as const;

function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}
