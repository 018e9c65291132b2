/** Times and sizes in the words of the page. */

/** A running clock: `0:07`, `3:18`, `1:02:09`. Never negative. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (hours === 0) return `${minutes}:${rest}`;
  return `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** How long something took: `0.4 s`, `9 s`, `2 m 14 s`, `1 h 5 m`. */
export function span(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** As `span`, in whole seconds: thinking is not a benchmark. */
export function roughSpan(ms: number): string {
  return span(Math.max(1, Math.round(ms / 1000)) * 1000).replace(".0", "");
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const kilo = count / 1024;
  if (kilo < 1024) {
    return `${kilo < 10 ? kilo.toFixed(1) : Math.round(kilo)} KB`;
  }
  return `${(kilo / 1024).toFixed(1)} MB`;
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

const times = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
});

/** The time of day where the reader is. */
export function timeOf(at: number): string {
  return Number.isFinite(at) ? times.format(at) : "";
}
