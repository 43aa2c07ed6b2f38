/** What can be chosen, and between what. */
export type Choices = Readonly<Record<string, readonly (string | number | boolean)[]>>;
export type Choice = Readonly<Record<string, string | number | boolean>>;

type Pair = readonly [name: string, value: unknown, otherName: string, otherValue: unknown];

/** Few combinations in which every two values of different choices meet: the first choice that goes with most is taken. */
export function pairwise(choices: Choices): readonly Choice[] {
  const open = new Set(allPairs(choices));
  const found: Choice[] = [];
  while (open.size > 0) {
    const [seed = raise('no pair is left')] = open;
    let choice: Choice = asChoice(seed);
    for (const [name, values] of Object.entries(choices)) {
      if (Object.hasOwn(choice, name)) continue;
      const gains = values.map((value) => meetings([...open], { ...choice, [name]: value }).length);
      choice = { ...choice, [name]: values[gains.indexOf(Math.max(...gains))] ?? raise(`${name} has no value`) };
    }
    for (const pair of meetings([...open], choice)) open.delete(pair);
    found.push(choice);
  }
  return found;
}

export function allPairs(choices: Choices): readonly Pair[] {
  const values = Object.entries(choices).flatMap(([name, all]) => all.map((value) => [name, value] as const));
  return values.flatMap(([name, value]) =>
    values.filter(([other]) => other > name).map(([other, otherValue]): Pair => [name, value, other, otherValue]),
  );
}

export function meetings(pairs: readonly Pair[], choice: Choice): readonly Pair[] {
  return pairs.filter(([name, value, other, otherValue]) => choice[name] === value && choice[other] === otherValue);
}

function asChoice([name, value, other, otherValue]: Pair): Choice {
  return { [name]: value, [other]: otherValue } as Choice;
}

function raise(message: string): never {
  throw new Error(message);
}
