/** By which name the program was started: its own, or that of `xy`. */

let name = "hypivisor";

export function setProgram(started: string): void {
  name = started === "xy" ? "xy" : "hypivisor";
}

export function program(): string {
  return name;
}

/** Whether it is to behave as `xy` does. */
export function isXy(): boolean {
  return name === "xy";
}
