/** The middle value; of an even number of values the lower one of the two. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((one, other) => one - other)[(values.length - 1) >> 1];
  if (middle === undefined) throw new Error('there is no median of nothing');
  return middle;
}

/**
 * Measures several variants in turn, A B C A B C …, so that whatever else the machine does meets all of them alike.
 *
 * Shape: measuring functions by name → their values by name, one a round. The first round is thrown away when there are
 * others.
 */
export async function alternate<Name extends string>(
  variants: Readonly<Record<Name, () => number | Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(variants) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const value = await variants[name]();
      if (round > 0 || rounds === 1) values[name].push(value);
    }
  }
  return values;
}

/** The median of the rounds' ratios: in each, both sides had the same neighbours on the machine. */
export function medianRatio(values: readonly number[], baseline: readonly number[]): number {
  return median(values.map((value, round) => value / (baseline[round] ?? Number.NaN)));
}

/** CPU time of this thread so far, ms. Unlike wall time it does not count what other processes take. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
