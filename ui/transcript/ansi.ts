/**
 * Terminal output as runs of text with a style.
 *
 * Colours are names of the theme's sixteen, never values from the output: a
 * program cannot bring a style of its own into the page. Every other control
 * sequence is dropped.
 */

export interface Run {
  readonly text: string;
  /** Class names of ours, or empty. */
  readonly style: string;
}

interface Pen {
  fg: string;
  bg: string;
  readonly flags: Set<string>;
}

// CSI, OSC (ended by BEL or ST), and two-character escapes.
const ESCAPE =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[([0-9;:?<=>!]*)[ -/]*([@-~])?|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)|[ -/]*[0-~]?)/g;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f\x9b]/g;

const FLAGS: Readonly<Record<number, string>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  9: "strike",
};

/** One line of output, without its newline, as runs. */
export function runsOf(line: string): Run[] {
  const shown = lastRewrite(line);
  if (!shown.includes("\x1b")) return [{ text: clean(shown), style: "" }];
  const pen: Pen = { fg: "", bg: "", flags: new Set() };
  const runs: Run[] = [];
  let end = 0;
  for (const match of shown.matchAll(ESCAPE)) {
    push(runs, shown.slice(end, match.index), pen);
    if (match[2] === "m") apply(pen, match[1] ?? "");
    end = match.index + match[0].length;
  }
  push(runs, shown.slice(end), pen);
  return runs;
}

/** The text alone, as it would be read. */
export function plainText(output: string): string {
  return output.split("\n").map((line) =>
    clean(lastRewrite(line).replace(ESCAPE, ""))
  ).join("\n");
}

/** What a carriage return leaves visible: progress bars rewrite their line. */
function lastRewrite(line: string): string {
  const trimmed = line.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function clean(text: string): string {
  return text.replace(CONTROL, "");
}

function push(runs: Run[], text: string, pen: Pen): void {
  const shown = clean(text);
  if (!shown) return;
  const style = [pen.fg, pen.bg, ...pen.flags].filter(Boolean)
    .map((name) => `sgr-${name}`).join(" ");
  runs.push({ text: shown, style });
}

function apply(pen: Pen, parameters: string): void {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 38 || code === 48) {
      const { name, used } = extended(codes.slice(i + 1));
      if (code === 38) pen.fg = name;
      else pen.bg = name && `on-${name}`;
      i += used;
    } else applyOne(pen, code);
  }
}

function applyOne(pen: Pen, code: number): void {
  const flag = FLAGS[code];
  if (flag) pen.flags.add(flag);
  else if (code === 0) {
    pen.fg = pen.bg = "";
    pen.flags.clear();
  } else if (code === 22) {
    pen.flags.delete("bold");
    pen.flags.delete("dim");
  } else if (code === 23) pen.flags.delete("italic");
  else if (code === 24) pen.flags.delete("underline");
  else if (code === 29) pen.flags.delete("strike");
  else if (code >= 30 && code <= 37) pen.fg = String(code - 30);
  else if (code >= 90 && code <= 97) pen.fg = String(code - 82);
  else if (code === 39) pen.fg = "";
  else if (code >= 40 && code <= 47) pen.bg = `on-${code - 40}`;
  else if (code >= 100 && code <= 107) pen.bg = `on-${code - 92}`;
  else if (code === 49) pen.bg = "";
}

/** 256 colours and true colour, as the nearest of the sixteen. */
function extended(rest: readonly number[]): { name: string; used: number } {
  if (rest[0] === 5) {
    const index = rest[1] ?? 0;
    if (index < 16) return { name: String(index), used: 2 };
    if (index >= 232) return { name: grey((index - 232) / 23), used: 2 };
    const cube = index - 16;
    const level = (step: number) => Math.floor(cube / step) % 6 / 5;
    return { name: nearest(level(36), level(6), level(1)), used: 2 };
  }
  if (rest[0] === 2) {
    const [r = 0, g = 0, b = 0] = rest.slice(1, 4);
    return { name: nearest(r / 255, g / 255, b / 255), used: 4 };
  }
  return { name: "", used: 1 };
}

function grey(light: number): string {
  if (light < 0.25) return "0";
  if (light < 0.6) return "8";
  return light < 0.85 ? "7" : "15";
}

function nearest(r: number, g: number, b: number): string {
  const most = Math.max(r, g, b);
  if (most - Math.min(r, g, b) < 0.15) return grey(most);
  const bit = (part: number) => part > most * 0.6 ? 1 : 0;
  const hue = bit(r) | bit(g) << 1 | bit(b) << 2;
  return String(most > 0.8 ? hue + 8 : hue);
}
