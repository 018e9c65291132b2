/** Fair turns for what is compared: others at work disturb each alike. */

/** A name, and one run of it. */
export type Contestant<Run> = readonly [name: string, run: () => Promise<Run>];

/** Runs each in turn, and the other way round in every second round. */
export async function alternate<Run>(
  contestants: readonly Contestant<Run>[],
  rounds: number,
): Promise<(name: string) => readonly Run[]> {
  const runs = new Map<string, Run[]>();
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const [name, run] of order) {
      runs.set(name, [...runs.get(name) ?? [], await run()]);
    }
  }
  return (name) => runs.get(name) ?? [];
}
